import { describe, expect, it } from 'vitest'
import {
  readInstancePage,
  readInstanceSource,
  readInstanceStatus,
  readTaskResults,
  readTaskStatuses,
} from '../../../src/target/maxcompute/instance.js'
import { projectFacts } from '../../../src/target/maxcompute/facts.js'
import { readProject, readTable, readTablePage } from '../../../src/target/maxcompute/metadata.js'
import { readRefusal } from '../../../src/target/maxcompute/refusal.js'
import { submissionXml } from '../../../src/target/maxcompute/submission.js'
import { parseXml, childText, xmlText } from '../../../src/target/maxcompute/xml.js'
import { result, status, taskStatus, xmlError } from './replay-server.js'

describe('documents of instances', () => {
  it('reads the status, and nothing else as one', () => {
    expect(readInstanceStatus(status('Running'))).toBe('Running')
    expect(readInstanceStatus(status('Suspended'))).toBe('Suspended')
    expect(readInstanceStatus(status('Terminated'))).toBe('Terminated')
    expect(readInstanceStatus('<html><body>proxy</body></html>')).toBeUndefined()
    expect(readInstanceStatus('<Instance><Status>Term')).toBeUndefined()
  })

  it('reads task statuses whatever their case', () => {
    expect(readTaskStatuses(taskStatus('SUCCESS'))).toEqual([{ name: 'AnonymousSQLTask', status: 'success' }])
    expect(readTaskStatuses('<Instance><Status>Running</Status><Tasks/></Instance>')).toEqual([])
  })

  it('reads results in Base64 with all their bytes', () => {
    const descriptor =
      '{"SelectResultStatus":"FULL","IsSelect":true,"Schema":{"Columns":[{"Name":"id","Type":"bigint"}]}}'
    expect(readTaskResults(result('"id","é"\n01, x \n', 'csv', descriptor))).toEqual([
      { name: 'AnonymousSQLTask', status: 'success', format: 'csv', text: '"id","é"\n01, x \n', completeness: 'full' },
    ])
  })

  it('reads plain results as they are', () => {
    const xml =
      '<Instance><Tasks><Task Type="SQL"><Name>T</Name><Result Format="text">  ODPS-0130071:[1,27] a &lt; b&#10;</Result></Task></Tasks></Instance>'
    expect(readTaskResults(xml)).toEqual([{ name: 'T', format: 'text', text: '  ODPS-0130071:[1,27] a < b\n' }])
    expect(
      readTaskResults('<Instance><Tasks><Task><Name>T</Name><Result Format="text"/></Task></Tasks></Instance>'),
    ).toEqual([{ name: 'T', format: 'text', text: '' }])
  })

  it('reads a page of instances and its marker', () => {
    const xml =
      '<Instances><Marker>next</Marker><MaxItems>2</MaxItems><Instance><Name>20260102i1</Name><Owner>ALIYUN$a</Owner>' +
      '<StartTime>Fri, 02 Jan 2026 03:04:05 GMT</StartTime><Status>Terminated</Status></Instance></Instances>'
    expect(readInstancePage(xml)).toEqual({
      marker: 'next',
      items: [
        { id: '20260102i1', owner: 'ALIYUN$a', startTime: 'Fri, 02 Jan 2026 03:04:05 GMT', status: 'Terminated' },
      ],
    })
    expect(readInstancePage('<Instances><Marker/><MaxItems>0</MaxItems></Instances>')).toEqual({ items: [] })
  })

  it('reads the source of an instance, alone or wrapped', () => {
    const job = submissionXml({ text: 'SELECT 1', settings: {}, jobName: 'j-1', guid: 'g-1' })
    expect(readInstanceSource(job)).toEqual({ jobName: 'j-1', guid: 'g-1', query: 'SELECT 1;' })
    const bare =
      '<Job><Priority>9</Priority><Tasks><SQL><Name>AnonymousSQLTask</Name><Config><Property><Name>uuid</Name>' +
      '<Value>g-2</Value></Property></Config><Query><![CDATA[select 1;]]></Query></SQL></Tasks></Job>'
    expect(readInstanceSource(bare)).toEqual({ guid: 'g-2', query: 'select 1;' })
  })
})

describe('submission', () => {
  it('writes the elements in the order that the service asks for', () => {
    const xml = submissionXml({
      text: 'SELECT \']]>\' < "b" & 1',
      settings: { 'odps.sql.type.system.odps2': 'true', note: '<&">' },
      jobName: 'mig-1',
      guid: 'mig-1',
    })
    expect(xml).toBe(
      '<?xml version="1.0" encoding="utf-8"?>\n' +
        '<Instance><Job><Name>mig-1</Name><Priority>9</Priority><Guid>mig-1</Guid><Tasks><SQL><Name>AnonymousSQLTask</Name>' +
        '<Config><Property><Name>settings</Name><Value>{&quot;odps.sql.type.system.odps2&quot;:&quot;true&quot;,' +
        '&quot;note&quot;:&quot;&lt;&amp;\\&quot;&gt;&quot;}</Value></Property>' +
        '<Property><Name>uuid</Name><Value>mig-1</Value></Property><Property><Name>type</Name><Value>sql</Value></Property></Config>' +
        '<Query><![CDATA[SELECT \']]]]><![CDATA[>\' < "b" & 1;]]></Query></SQL></Tasks>' +
        '<DAG><RunMode>Sequence</RunMode></DAG></Job></Instance>',
    )
  })

  it.each(['SELECT 1', 'SELECT 1;', 'SELECT 1 ; \n', 'SELECT 1 -- why', "SELECT 'a\r\nb]]>c'"])(
    'keeps the text of %j',
    (text) => {
      const query = readInstanceSource(submissionXml({ text, settings: {} }))?.query
      expect(query?.endsWith(';')).toBe(true)
      expect(query).toContain(text.trimEnd().replace(/;$/, ''))
      expect(query).not.toMatch(/--.*;/)
    },
  )

  it('escapes what CDATA would change', () => {
    expect(xmlText('a\r\nb')).toBe('a&#13;\nb')
    expect(childText(parseXml(`<a>${xmlText('x\ry<&>]]>')}</a>`, 'a'))).toBe('x\ry<&>]]>')
  })

  it('refuses what no XML document can hold, and texts beyond the limit of the service', () => {
    expect(() => submissionXml({ text: "SELECT '\u0001'", settings: {} })).toThrow(/U\+0001/)
    expect(() => submissionXml({ text: "SELECT '\ud83d'", settings: {} })).toThrow(/U\+D83D/)
    expect(submissionXml({ text: "SELECT '\u{1f600}'", settings: {} })).toContain('\u{1f600}')
    expect(() => submissionXml({ text: `SELECT '${'é'.repeat(1024 * 1024)}'`, settings: {} })).toThrow(/2097161 bytes/)
  })
})

describe('documents of the project', () => {
  const project = (properties: Record<string, string>): string =>
    `<Project><Name>p1</Name><Type>managed</Type><Comment/><Owner>ALIYUN$a</Owner><State>AVAILABLE</State><Properties>${Object.entries(
      properties,
    )
      .map(([name, value]) => `<Property><Name>${name}</Name><Value>${value}</Value></Property>`)
      .join('')}</Properties><Clusters/><Region>cn-hangzhou</Region></Project>`
  const factsOf = (properties: Record<string, string>) =>
    projectFacts(readProject(project(properties), 'asked')!, undefined)

  it('tells the edition by the three flags', () => {
    const flags = (a: string, b: string, c: string) => ({
      'odps.sql.type.system.odps2': a,
      'odps.sql.decimal.odps2': b,
      'odps.sql.hive.compatible': c,
    })
    expect(factsOf({}).typeEdition).toBe('1.0')
    expect(factsOf(flags('false', 'false', 'false')).typeEdition).toBe('1.0')
    expect(factsOf(flags('true', 'true', 'false')).typeEdition).toBe('2.0')
    expect(factsOf(flags('true', 'true', 'true')).typeEdition).toBe('hive')
  })

  it('tells zone, schema model and the limit of results', () => {
    expect(factsOf({})).toEqual({
      fact: 'target',
      project: 'p1',
      region: 'cn-hangzhou',
      typeEdition: '1.0',
      schemaModel: false,
      resultRowCountMax: 10_000,
    })
    const told = factsOf({
      'odps.sql.timezone': 'Asia/Shanghai',
      'odps.schema.model.enabled': 'true',
      READ_TABLE_MAX_ROW: '500',
    })
    expect(told).toMatchObject({ timeZone: 'Asia/Shanghai', schemaModel: true, resultRowCountMax: 500 })
    expect(factsOf({ READ_TABLE_MAX_ROW: '99999' }).resultRowCountMax).toBe(10_000)
  })

  it('takes the name that was asked for where the answer has none', () => {
    expect(readProject('<Project><Properties/></Project>', 'p2')).toEqual({ name: 'p2', properties: {} })
    expect(readProject('<Error/>', 'p2')).toBeUndefined()
  })

  it('reads a table', () => {
    const schema = {
      columns: [
        { name: 'id', type: 'bigint', comment: '', isNullable: false },
        { name: 'price', type: 'decimal(10,2)', comment: 'in euro', isNullable: true },
      ],
      partitionKeys: [{ name: 'ds', type: 'string', isNullable: true }],
      comment: 'orders',
      createTime: 1767323045,
    }
    const xml = `<Table><Name>orders</Name><TableId>abc</TableId><Comment/><Owner>ALIYUN$a</Owner><Project>p1</Project><CreationTime>Fri, 02 Jan 2026 03:04:05 GMT</CreationTime><Type>MANAGED_TABLE</Type><Schema format="Json"><![CDATA[${JSON.stringify(schema)}]]></Schema></Table>`
    expect(readTable(xml)).toEqual({
      name: 'orders',
      tableId: 'abc',
      owner: 'ALIYUN$a',
      type: 'MANAGED_TABLE',
      comment: 'orders',
      createdAt: 1767323045,
      columns: [
        { name: 'id', type: 'bigint', nullable: false },
        { name: 'price', type: 'decimal(10,2)', nullable: true, comment: 'in euro' },
      ],
      partitionColumns: [{ name: 'ds', type: 'string', nullable: true }],
    })
    expect(readTable('<Table><Name>x</Name><Schema format="Json"><![CDATA[{]]></Schema></Table>')).toBeUndefined()
  })

  it('reads one table, several and none of a page alike', () => {
    const page = (...names: string[]): string =>
      `<Tables><Marker/><MaxItems>1000</MaxItems>${names.map((name) => `<Table><Name>${name}</Name><Owner/></Table>`).join('')}</Tables>`
    expect(readTablePage(page())).toEqual({ items: [] })
    expect(readTablePage(page('a'))).toEqual({ items: [{ name: 'a' }] })
    expect(readTablePage(page('a', 'b'))).toEqual({ items: [{ name: 'a' }, { name: 'b' }] })
  })
})

describe('refusals', () => {
  const of = (body: string, status = 404, headers: Record<string, string> = {}) =>
    readRefusal({ kind: 'answer', status, headers, body })

  it('reads XML', () => {
    expect(of(xmlError('NoSuchObject', "ODPS-0420111: No such object - table 't'"))).toEqual({
      kind: 'refusal',
      status: 404,
      code: 'NoSuchObject',
      odpsCode: '0420111',
      message: "ODPS-0420111: No such object - table 't'",
      requestId: 'REQ0',
      fromService: true,
    })
  })

  it('reads JSON, and the code of a composite one', () => {
    const body = JSON.stringify({
      Code: 'ODPS-0420411: Invalid argument - ',
      Message: 'bad',
      RequestId: 'R',
      HostId: 'h',
    })
    expect(of(body, 400, { 'x-odps-request-id': 'HEADER' })).toEqual({
      kind: 'refusal',
      status: 400,
      code: 'ODPS-0420411',
      odpsCode: '0420411',
      message: 'Invalid argument - bad',
      requestId: 'HEADER',
      fromService: true,
    })
  })

  it('keeps the words of a gateway, and says that they are not of the service', () => {
    expect(of('<html>502 Bad Gateway</html>', 502)).toEqual({
      kind: 'refusal',
      status: 502,
      code: 'HTTP 502',
      message: '<html>502 Bad Gateway</html>',
      fromService: false,
    })
    expect(of('', 503, { 'retry-after': '2' })).toMatchObject({ message: '', retryAfterMilliseconds: 2_000 })
  })
})
