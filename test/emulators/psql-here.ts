import { spawnSync } from 'node:child_process'

/**
 * False where psql is not installed and nobody promised that it is: then its tests are skipped. With CI=true they run
 * and fail without it.
 */
export const runsPsql = process.env['CI'] === 'true' || spawnSync('psql', ['--version']).status === 0
