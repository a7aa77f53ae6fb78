import type { EngineConnection, SqlEngine } from '../sql-engine.js'
import type { World } from '../world.js'
import { engineMacros } from './bind/engine-text.js'
import { projectProperties } from './settings.js'
import type { Switches } from './switches.js'
import { dataSchema, defaultSchema, resultSchema, TableCatalog } from './table.js'
import { ViewCatalog } from './view.js'
import { TunnelSessions } from './tunnel/tunnel-sessions.js'

/** Everything that one emulated project holds; lives as long as the process. */
export class Project {
  readonly world: World
  readonly switches: Switches
  readonly tables = new TableCatalog()
  readonly views = new ViewCatalog()
  readonly sessions = new TunnelSessions()
  /** Lower case. */
  readonly schemas = new Set([defaultSchema])
  readonly properties: Readonly<Record<string, string>>
  readonly owner: string
  /** Milliseconds since 1970. */
  readonly createdAt = Date.now()
  readonly #engine: SqlEngine
  readonly #running = new Set<number>()
  #lastRun = 0
  #retired: { readonly physical: string; readonly after: number }[] = []

  constructor(world: World, engine: SqlEngine, switches: Switches) {
    this.world = world
    this.switches = switches
    this.#engine = engine
    this.properties = projectProperties(world)
    this.owner = `ALIYUN$emulator_${world.alibaba.accountId}`
  }

  get name(): string {
    return this.world.maxcompute.project
  }

  async prepare(): Promise<void> {
    const connection = await this.#engine.connect()
    try {
      for (const sql of engineMacros) await connection.run(sql)
      // Nothing is kept from one process to the next: the metadata live in memory.
      for (const schema of [dataSchema, resultSchema]) {
        await connection.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
        await connection.run(`CREATE SCHEMA ${schema}`)
      }
    } finally {
      connection.close()
    }
  }

  /** For reading results; whoever asks closes it. */
  connect(): Promise<EngineConnection> {
    return this.#engine.connect()
  }

  async withConnection<T>(action: (connection: EngineConnection) => Promise<T>): Promise<T> {
    const connection = await this.#engine.connect()
    this.#lastRun += 1
    const run = this.#lastRun
    this.#running.add(run)
    try {
      return await action(connection)
    } finally {
      this.#running.delete(run)
      await this.#dropRetired(connection)
      connection.close()
    }
  }

  /** The physical table goes when nobody can read it any more. */
  retire(physical: string): void {
    this.#retired.push({ physical, after: this.#lastRun })
  }

  async #dropRetired(connection: EngineConnection): Promise<void> {
    const oldest = Math.min(...this.#running, Infinity)
    const droppable = this.#retired.filter(({ after }) => after < oldest)
    this.#retired = this.#retired.filter(({ after }) => after >= oldest)
    for (const { physical } of droppable) await connection.run(`DROP TABLE IF EXISTS ${physical}`)
  }
}
