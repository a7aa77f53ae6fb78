// The judges in the order in which they are heard. `broken`: what is spoilt on purpose (rules of faults, other facts, or
// a source filled with other rows), and which checks must fail then.
const always = (service, operation, action, more = {}) => ({ service, operation, action, ...more })
const refusal = { do: 'fail', status: 403, code: 'AccessDenied', message: 'on order' }

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
]
