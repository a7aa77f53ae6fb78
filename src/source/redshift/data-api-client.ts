import { Readable } from 'node:stream'
import type * as DataSdk from '@aws-sdk/client-redshift-data'
import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import type { AccessKeys } from '../../model/credentials.js'
import type { Call } from '../../model/work.js'
import type { Route } from '../../network/route.js'
import { exactNumbers, type DataApiField } from './data-api-rows.js'
import { askApi, clientSettings } from './iam-login-client.js'

export interface DataApiOptions {
  readonly reach: 'data-api'
  /** A provisioned cluster, as a database user, by a secret, or as the caller's own identity; or a Serverless workgroup. */
  readonly of:
    | { readonly cluster: string; readonly dbUser?: string; readonly secretArn?: string }
    | { readonly workgroup: string; readonly secretArn?: string }
  readonly database: string
  readonly region: string
  /** Of the API; absent: the region's own. */
  readonly endpoint?: string
  /** Absent: the default chain of the AWS SDK. */
  readonly keys?: AccessKeys
  /** Proxy and authorities; absent: none but the system's. */
  readonly route?: Route
  /** Routes every statement to a queue; absent: an UNLOAD's token is its query group. */
  readonly queryGroup?: string
}

export interface DataApiStatement {
  /** SUBMITTED, PICKED, STARTED, FINISHED, FAILED, ABORTED (redshift.md 6.3). */
  readonly status: string
  readonly error?: string
  readonly hasRows: boolean
}

export interface DataApiPage {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly DataApiField[])[]
  readonly next?: string
}

type Sdk = typeof DataSdk

/** The four calls of the Data API that a session needs. Retries nothing. */
export class DataApiClient {
  readonly #sdk: Sdk
  readonly #client: RedshiftDataClient
  readonly #options: DataApiOptions

  private constructor(sdk: Sdk, options: DataApiOptions) {
    this.#sdk = sdk
    this.#options = options
    this.#client = new sdk.RedshiftDataClient(clientSettings(options))
    keepNumbers(this.#client)
  }

  /** The SDK is loaded only here. */
  static async open(options: DataApiOptions): Promise<DataApiClient> {
    return new DataApiClient(await import('@aws-sdk/client-redshift-data'), options)
  }

  /** The same client token again is the same statement: asking twice runs it once. */
  async execute(
    statement: {
      readonly text: string
      readonly name: string
      readonly clientToken: string
      readonly session?: string
      readonly keepAliveSeconds: number
    },
    subject: string,
    call: Call,
  ): Promise<{ readonly id: string; readonly session: string }> {
    const { text, name, clientToken, session, keepAliveSeconds } = statement
    const command = new this.#sdk.ExecuteStatementCommand({
      Sql: text,
      StatementName: name,
      ClientToken: clientToken,
      SessionKeepAliveSeconds: keepAliveSeconds,
      ...(session === undefined ? this.#place() : { SessionId: session }),
    })
    const of = { subject, action: 'redshift-data:ExecuteStatement' }
    const answer = await askApi(of, call, (how) => this.#client.send(command, how))
    return { id: answer.Id ?? '', session: session ?? answer.SessionId ?? '' }
  }

  async describe(id: string, subject: string, call: Call): Promise<DataApiStatement> {
    const command = new this.#sdk.DescribeStatementCommand({ Id: id })
    const of = { subject, action: 'redshift-data:DescribeStatement' }
    const answer = await askApi(of, call, (how) => this.#client.send(command, how))
    const error = answer.Error === undefined ? {} : { error: answer.Error }
    return { status: answer.Status ?? '', hasRows: answer.HasResultSet === true, ...error }
  }

  async page(id: string, token: string | undefined, subject: string, call: Call): Promise<DataApiPage> {
    const command = new this.#sdk.GetStatementResultCommand({
      Id: id,
      ...(token === undefined ? {} : { NextToken: token }),
    })
    const of = { subject, action: 'redshift-data:GetStatementResult' }
    const answer = await askApi(of, call, (how) => this.#client.send(command, how))
    return {
      columns: (answer.ColumnMetadata ?? []).map((column) => column.label ?? column.name ?? ''),
      rows: answer.Records ?? [],
      ...(answer.NextToken === undefined ? {} : { next: answer.NextToken }),
    }
  }

  async cancel(id: string, subject: string, call: Call): Promise<void> {
    const command = new this.#sdk.CancelStatementCommand({ Id: id })
    const of = { subject, action: 'redshift-data:CancelStatement' }
    await askApi(of, call, (how) => this.#client.send(command, how))
  }

  close(): void {
    this.#client.destroy()
  }

  #place() {
    const { of, database } = this.#options
    const secret = of.secretArn === undefined ? {} : { SecretArn: of.secretArn }
    if ('workgroup' in of) return { WorkgroupName: of.workgroup, Database: database, ...secret }
    const user = of.dbUser === undefined ? {} : { DbUser: of.dbUser }
    return { ClusterIdentifier: of.cluster, Database: database, ...user, ...secret }
  }
}

/** Largest page of a result that is taken in, in bytes. */
const pageByteCountMax = 64 * 1024 * 1024

/** Changes the text of results before the SDK reads it. */
function keepNumbers(client: RedshiftDataClient): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args)
      if (context.commandName !== 'GetStatementResultCommand') return answer
      const response = answer.response as { body?: Readable; statusCode?: number; headers: Record<string, string> }
      if (response.statusCode !== 200 || response.body === undefined) return answer
      const body = Buffer.from(exactNumbers(await textOf(response.body)))
      response.headers['content-length'] = String(body.length)
      response.body = Readable.from([body])
      return answer
    },
    { step: 'deserialize', priority: 'low', name: 'keepNumbers' },
  )
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  let byteCount = 0
  for await (const piece of body) {
    byteCount += piece.length
    if (byteCount > pageByteCountMax) throw new Error(`a page of over ${pageByteCountMax} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
