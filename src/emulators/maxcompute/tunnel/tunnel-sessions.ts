import { ServiceError } from '../odps-error.js'
import type { Source } from './row-stream.js'

/** Of each kind; the oldest goes when another one comes. */
const sessionCountMax = 200

export interface UploadSession {
  readonly id: string
  /** Key and id of the table when the session began. */
  readonly table: string
  readonly tableId: string
  /** Values of the partition; none for a table without partitions. */
  readonly partition: readonly string[]
  readonly overwrite: boolean
  /** The engine's table of each block that has come whole. */
  readonly blocks: Map<number, string>
  state: 'normal' | 'closing' | 'closed'
}

/** A copy of the rows at the moment when the session began. */
export interface DownloadSession extends Source {
  readonly id: string
  readonly table: string
}

/** The open sessions of the table tunnel; they live as long as the process, up to a number. */
export class TunnelSessions {
  readonly #uploads = new Map<string, UploadSession>()
  readonly #downloads = new Map<string, DownloadSession>()

  /** The engine's tables that are no longer needed. */
  addUpload(session: UploadSession): readonly string[] {
    this.#uploads.set(session.id, session)
    const oldest = this.#uploads.size > sessionCountMax ? [...this.#uploads.values()][0] : undefined
    if (oldest === undefined) return []
    this.#uploads.delete(oldest.id)
    return [...oldest.blocks.values()]
  }

  addDownload(session: DownloadSession): readonly string[] {
    this.#downloads.set(session.id, session)
    const oldest = this.#downloads.size > sessionCountMax ? [...this.#downloads.values()][0] : undefined
    if (oldest === undefined) return []
    this.#downloads.delete(oldest.id)
    return [oldest.physical]
  }

  upload(id: string, table: string): UploadSession {
    return found(this.#uploads.get(id), id, table)
  }

  download(id: string, table: string): DownloadSession {
    return found(this.#downloads.get(id), id, table)
  }
}

function found<T extends { readonly table: string }>(session: T | undefined, id: string, table: string): T {
  if (session?.table === table) return session
  throw new ServiceError(404, 'NoSuchUpload', `The specified session id does not exist: ${id}`)
}
