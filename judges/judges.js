// The judges in the order in which they are heard. `broken`: what is spoilt on purpose (rules of faults, other facts, or
// a source filled with other rows), and which checks must fail then.
const always = (service, operation, action, more = {}) => ({ service, operation, action, ...more })
const refusal = { do: 'fail', status: 403, code: 'AccessDenied', message: 'on order' }
/** The source holds a price that is a cent off what the judge knows. */
const cent = (...fails) => ({ what: 'a price that is a cent off in the source', seed: 'spoilt', fails })
/** What both of OSS's own SDKs must notice about temporary keys and throttling. */
const unlikeOss = (expired, assumed, throttled) => [
  {
    what: 'an expired token that is taken',
    change: (facts) => ({ ...facts, sts: { ...facts.sts, expired: facts.sts.unexpired } }),
    fails: expired,
  },
  {
    what: 'a role that may not be assumed',
    change: (facts) => ({ ...facts, sts: { ...facts.sts, roleArn: facts.oss.roleArn } }),
    fails: assumed,
  },
  {
    what: 'throttling without a delay that does not end',
    rules: [always('oss', 'GetObject', { do: 'fail', status: 503, code: 'SlowDown' }, { contains: '-throttled' })],
    fails: throttled,
  },
]

export const judges = [
  {
    name: 'pyodps',
    script: 'pyodps/judge.py',
    tools: ['venv:python'],
    secondsMax: 120,
    broken: [
      {
        what: 'a wrong secret',
        change: (facts) => ({ ...facts, maxcompute: { ...facts.maxcompute, accessKey: 'not-the-secret' } }),
        fails: ['create', 'project'],
      },
      {
        what: 'one flipped bit in rows that the tunnel sends',
        rules: [always('maxcompute', 'GET instance', { do: 'corrupt', at: 4 }, { contains: 'rowrange' })],
        fails: ['read tunnel'],
      },
      {
        what: 'results that end too soon',
        rules: [always('maxcompute', 'GET instance', { do: 'truncate', byteCount: 60 }, { contains: '?result' })],
        fails: ['read result'],
      },
    ],
  },
  {
    name: 'maxcompute-java',
    script: 'maxcompute-java/judge.py',
    tools: ['venv:python', 'java', 'java:odps-sdk-core', 'java:odps-jdbc'],
    secondsMax: 240,
    broken: [
      {
        what: 'one flipped bit in rows that the tunnel sends',
        rules: [always('maxcompute', 'GET instance', { do: 'corrupt', at: 4 }, { contains: 'rowrange' })],
        fails: ['sdk an answer of 25,000 rows through the tunnel', 'jdbc reads 25,000 rows'],
      },
      {
        what: 'results that end too soon',
        rules: [always('maxcompute', 'GET instance', { do: 'truncate', byteCount: 60 }, { contains: '?result' })],
        fails: ['sdk rows are written by SQL and read as a result'],
      },
    ],
  },
  {
    name: 'boto3',
    script: 'boto3/judge.py',
    tools: ['venv:python'],
    secondsMax: 120,
    broken: [
      {
        what: 'one flipped bit in what GetObject sends',
        rules: [always('s3', 'GetObject', { do: 'corrupt', at: 7 })],
        fails: ['put and get', 'ranges and conditions', 'copy'],
      },
      {
        what: 'a wrong answer to DeleteObjects',
        rules: [always('s3', 'DeleteObjects', refusal)],
        fails: ['delete one and many'],
      },
    ],
  },
  {
    name: 'versitygw',
    script: 'versitygw/judge.js',
    tools: ['go:versitygw'],
    secondsMax: 120,
    broken: [
      {
        what: 'one flipped bit in what the server sends',
        change: (facts) => ({ ...facts, versitygw: { liar: true } }),
        fails: [
          'gives back what was written, with size, etag and provenance',
          'reads exactly the range that was asked for, of exactly the object that was meant',
          'clean copies from it are proven and raise no alarm',
        ],
      },
    ],
  },
  {
    name: 'aws-cli',
    script: 'aws-cli/judge.py',
    tools: ['venv:aws'],
    secondsMax: 120,
    broken: [
      {
        what: 'answers of GetObject that end too soon',
        rules: [always('s3', 'GetObject', { do: 'cut', when: 'during' })],
        fails: ['cp up and down, small and multipart', 's3api speaks of parts and ranges'],
      },
      {
        what: 'UploadPart storing a flipped bit',
        rules: [always('s3', 'UploadPart', { do: 'corrupt', at: 11 })],
        fails: ['cp up and down, small and multipart'],
      },
    ],
  },
  {
    name: 'rclone',
    script: 'rclone/judge.py',
    tools: ['venv:python', 'rclone'],
    secondsMax: 180,
    broken: [
      {
        what: 'one flipped bit in what OSS sends',
        rules: [always('oss', 'GetObject', { do: 'corrupt', at: 3 })],
        fails: ['both sides are the same', 'copy from OSS back to S3', 'cat of a range'],
      },
      {
        what: 'one flipped bit in what S3 stores',
        rules: [always('s3', 'UploadPart', { do: 'corrupt', at: 11 })],
        fails: ['copy up to S3, a large file in pieces', 'copy from OSS back to S3'],
      },
      {
        what: 'OSS refusing UploadPart',
        rules: [always('oss', 'UploadPart', refusal)],
        fails: ['copy from S3 to OSS', 'both sides are the same', 'ls shows keys and sizes'],
      },
    ],
  },
  {
    name: 'oss2',
    script: 'oss2/judge.py',
    tools: ['venv:python'],
    secondsMax: 120,
    broken: [
      {
        what: 'one flipped bit in what GetObject sends',
        rules: [always('oss', 'GetObject', { do: 'corrupt', at: 1000 })],
        fails: ["V1 put and get with the SDK's CRC check", "V4 put and get with the SDK's CRC check"],
      },
      {
        what: 'one flipped bit in what UploadPart stores',
        rules: [always('oss', 'UploadPart', { do: 'corrupt', at: 1000 })],
        fails: [
          'V1 multipart upload with the CRC of the whole',
          'V4 multipart upload with the CRC of the whole',
          'V1 resumable upload and download of a file',
        ],
      },
      ...unlikeOss(
        ['V1 an expired token is refused', 'V4 an expired token is refused'],
        [
          'V1 temporary keys of STS write, read, list and sign addresses',
          'V4 temporary keys of STS write, read, list and sign addresses',
        ],
        ['V1 throttling is told with its delay, and passes', 'V4 throttling is told with its delay, and passes'],
      ),
    ],
  },
  {
    name: 'oss-java',
    script: 'oss-java/judge.py',
    tools: ['venv:python', 'java', 'java:aliyun-sdk-oss'],
    secondsMax: 120,
    broken: [
      {
        what: 'one flipped bit in what GetObject sends',
        rules: [always('oss', 'GetObject', { do: 'corrupt', at: 1000 })],
        fails: ["V1 java put and get with the SDK's CRC check", "V4 java put and get with the SDK's CRC check"],
      },
      {
        what: 'one flipped bit in what UploadPart stores',
        rules: [always('oss', 'UploadPart', { do: 'corrupt', at: 1000 })],
        fails: [
          'V1 java multipart upload with the CRC of the whole',
          'V4 java multipart upload with the CRC of the whole',
        ],
      },
      ...unlikeOss(
        ['V1 java an expired token is refused', 'V4 java an expired token is refused'],
        [
          'V1 java temporary keys of STS write, read, list and sign addresses',
          'V4 java temporary keys of STS write, read, list and sign addresses',
        ],
        [
          'V1 java throttling is told, or tried again and passes',
          'V4 java throttling is told, or tried again and passes',
        ],
      ),
    ],
  },
  {
    name: 'hcs-mgw-python',
    script: 'hcs-mgw-python/judge.py',
    tools: ['venv:python'],
    secondsMax: 240,
    broken: [
      {
        what: 'a wrong secret',
        change: (facts) => ({
          ...facts,
          onlineMigration: { ...facts.onlineMigration, accessKeySecret: 'not-the-secret' },
        }),
        fails: ['addresses are created and shown without their secrets', 'names are taken once'],
      },
      {
        what: 'one flipped bit in what a job moves',
        rules: [always('online-migration', 'CopyObject', { do: 'corrupt', at: 11 })],
        fails: ['what arrived is what was sent'],
      },
      {
        what: 'files that count as moved and never were',
        rules: [always('online-migration', 'CopyObject', { do: 'cut', when: 'before' })],
        fails: ['what arrived is what was sent', 'a failed file is told of, and an inventory leads to it'],
      },
      {
        what: 'files that a job overlooks',
        rules: [always('online-migration', 'ListObject', { do: 'cut', when: 'before' }, { contains: '/02' })],
        fails: ['the job runs, and its history tells of it', 'the result counts the files'],
      },
      {
        what: 'rows of a history that are refused',
        rules: [always('online-migration', 'ListJobHistory', refusal)],
        fails: ['the job runs, and its history tells of it'],
      },
    ],
  },
  {
    name: 'crc',
    script: 'crc/judge.py',
    tools: ['venv:python', '7z'],
    secondsMax: 60,
    broken: [
      {
        what: 'one flipped bit in what GetObject sends',
        rules: [always('oss', 'GetObject', { do: 'corrupt', at: 0 })],
        fails: ['an object of 1 bytes', 'an object of 1000003 bytes', 'an object that was uploaded in chunks'],
      },
    ],
  },
  {
    name: 'redshift-connector',
    script: 'redshift-connector/judge.py',
    tools: ['venv:python'],
    secondsMax: 120,
    broken: [
      cent('query 1 of TPC-H equals the .tbl files'),
      {
        what: 'S3 refusing what UNLOAD writes',
        rules: [always('s3', 'PutObject', refusal)],
        fails: ['UNLOAD by a role, and what it says of it'],
      },
      {
        what: 'a wrong password',
        change: (facts) => ({ ...facts, redshift: { ...facts.redshift, password: 'not-the-password' } }),
        fails: ['login with TLS, names verified', 'login without TLS', 'svv_table_info'],
      },
    ],
  },
  {
    name: 'jdbc',
    script: 'jdbc/judge.py',
    tools: ['venv:python', 'java', 'java:redshift-jdbc42', 'java:postgresql'],
    secondsMax: 240,
    broken: [
      cent('redshift query 1 of TPC-H equals the .tbl files', 'pgjdbc query 1 of TPC-H equals the .tbl files'),
      {
        what: 'a ROLLBACK that is lost',
        rules: [always('redshift', 'ROLLBACK', { do: 'cut', when: 'before' })],
        fails: [
          'redshift a transaction is taken back, and a failed one refuses all',
          'pgjdbc a transaction is taken back, and a failed one refuses all',
        ],
      },
    ],
  },
  {
    name: 'psycopg2',
    script: 'psycopg2/judge.py',
    tools: ['venv:python'],
    secondsMax: 180,
    broken: [
      cent('query 1 of TPC-H equals the .tbl files'),
      {
        what: 'a COMMIT that is lost, and connections cut at ROLLBACK',
        rules: [
          always('redshift', 'COMMIT', { do: 'cut', when: 'before' }),
          always('redshift', 'ROLLBACK', { do: 'cut', when: 'before' }),
        ],
        fails: [
          'a transaction keeps the snapshot of its first read',
          'rollback takes back rows and tables',
          'a failed transaction refuses everything until its end (25P02)',
        ],
      },
    ],
  },
  {
    name: 'psql',
    script: 'psql/judge.py',
    tools: ['venv:python', 'psql'],
    secondsMax: 120,
    broken: [
      cent('query 1 of TPC-H equals the .tbl files'),
      {
        what: 'svv_table_info being refused',
        rules: [always('redshift', 'SELECT', { do: 'fail', code: '42501' }, { contains: 'svv_table_info' })],
        fails: ['svv_table_info names the tables that hold rows'],
      },
    ],
  },
  {
    name: 'pyarrow',
    script: 'pyarrow/judge.py',
    tools: ['venv:python'],
    secondsMax: 180,
    broken: [
      cent('lineitem as a whole', 'the sums of lineitem, in exact decimals'),
      {
        what: 'one flipped bit in every object that UNLOAD writes',
        rules: [always('s3', 'PutObject', { do: 'corrupt', at: 40 })],
        fails: ['nation as a whole', 'ten thousand values of every type are read back'],
      },
      {
        what: 'one flipped bit in every manifest that is read',
        rules: [always('s3', 'GetObject', { do: 'corrupt', at: 60 }, { contains: '/manifest' })],
        fails: ['nation and its manifest', 'lineitem and its manifest'],
      },
    ],
  },
  {
    name: 'postgres',
    script: 'postgres/judge.py',
    tools: ['venv:python', 'initdb', 'postgres'],
    secondsMax: 240,
    broken: [
      cent('measurements of lineitem'),
      {
        what: 'S3 refusing what UNLOAD writes',
        rules: [always('s3', 'PutObject', refusal)],
        fails: ['migrate plan and unload'],
      },
    ],
  },
  {
    name: 'sqlglot',
    script: 'sqlglot/judge.py',
    tools: ['venv:python'],
    secondsMax: 180,
    broken: [
      {
        what: 'MaxCompute refusing every statement',
        rules: [always('maxcompute', 'POST instances', refusal)],
        fails: ['migrate run ends with 0', 'every kind of statement was sent'],
      },
    ],
  },
  {
    name: 'dbgen',
    script: 'dbgen/judge.py',
    seed: 'dbgen',
    tools: ['venv:python', 'venv:tpchgen-cli', 'initdb', 'postgres'],
    secondsMax: 300,
    broken: [
      {
        what: 'a price that is a cent off in the source',
        seed: 'spoilt-dbgen',
        fails: [
          'lineitem has arrived, row by row',
          'query 1 on Redshift equals plain decimals',
          'the paired query 1 on MaxCompute equals plain decimals',
          "query 1 on Redshift equals PostgreSQL's answer",
        ],
      },
    ],
  },
]
