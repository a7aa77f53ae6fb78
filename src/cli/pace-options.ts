import { parseBandwidth, parseByteCount } from '../model/bandwidth.js'
import { MigrationError } from '../model/errors.js'
import type { LoadedConfig } from './config.js'
import type { GlobalOptions } from './context.js'

/** The config with what the command line says of the crossing. */
export function withPace(loaded: LoadedConfig, { bwlimit, maxEgress }: GlobalOptions): LoadedConfig {
  if (bwlimit !== undefined && parseBandwidth(bwlimit) === undefined) {
    throw refused('--bwlimit', bwlimit, '50M, off, or 08:00,50M 19:00,off; at least 1M')
  }
  if (maxEgress !== undefined && parseByteCount(maxEgress) === undefined) {
    throw refused('--max-egress', maxEgress, '500M, 2T, or plain bytes')
  }
  const given = { ...(bwlimit && { bandwidth: bwlimit }), ...(maxEgress && { maxEgress }) }
  return { ...loaded, config: { ...loaded.config, transfer: { ...loaded.config.transfer, ...given } } }
}

function refused(option: string, given: string, reads: string): MigrationError {
  return new MigrationError('arguments', `${option} ${given}: not understood`, { hint: `it reads ${reads}` })
}
