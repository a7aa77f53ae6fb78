import type { Faults } from '../faults.js'
import type { History } from './history.js'
import type { Sessions } from './sessions.js'
import type { Switches } from './switches.js'
import type { UnloadSettings } from './unload-settings.js'

/** What a session needs of the server. */
export interface ServerParts {
  readonly faults: Faults
  readonly history: History
  readonly sessions: Sessions
  readonly switches: Switches
  readonly unload: UnloadSettings
}
