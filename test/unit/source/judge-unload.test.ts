import { describe, expect, it } from 'vitest'
import { judgeUnload } from '../../../src/source/redshift/resumed-unload.js'
import { commentPattern, readUnloadComment, unloadComment } from '../../../src/source/redshift/unload-comment.js'
import type { UnloadHistory } from '../../../src/source/redshift/unload-history.js'

const running: UnloadHistory = { state: 'running', pid: '1' }
const failed: UnloadHistory = { state: 'failed', pid: '1', failure: 'x' }
const some: UnloadHistory = { state: 'succeeded', pid: '1', rowCount: 7n }
const none: UnloadHistory = { state: 'succeeded', pid: '1', rowCount: 0n }

describe('judgeUnload', () => {
  it.each([
    [running, 'empty', 'begun'],
    [running, 'parts', 'begun'],
    [running, 'manifest', 'begun'],
    [failed, 'empty', 'lost'],
    [failed, 'parts', 'lost'],
    [failed, 'manifest', 'lost'],
    [some, 'manifest', 'begun'],
    [some, 'parts', 'lost'],
    [some, 'empty', 'lost'],
    [none, 'empty', 'begun'],
    [none, 'parts', 'lost'],
    ['nothing', 'manifest', 'begun'],
    ['nothing', 'parts', 'lost'],
    ['nothing', 'empty', 'never'],
    ['denied', 'manifest', 'begun'],
    ['denied', 'parts', 'unknown'],
    ['denied', 'empty', 'unknown'],
  ] as const)('case %#', (history, prefix, verdict) => {
    expect(judgeUnload(history, prefix)).toBe(verdict)
  })
})

describe('unloadComment', () => {
  const mark = {
    run: 'r7',
    relation: { schema: 's', name: 'a token=t2 b' },
    token: 't1',
    snapshot: 'each-relation:12:2026-11-21T00:00:00.000Z',
  }

  it('is read back from the head of a statement', () => {
    const text = `/* ${unloadComment(mark)} */ UNLOAD ('select 1') TO 's3://b/'`
    expect(readUnloadComment(text)).toEqual({ token: 't1', snapshot: mark.snapshot })
    expect(readUnloadComment(`SELECT '${text}'`)).toBeUndefined()
  })

  it('matches its own pattern, which the statement that asks does not', () => {
    const like = new RegExp(`^${commentPattern('t1').replace(/[/*]/g, '\\$&').replaceAll('%', '.*')}$`, 's')
    expect(like.test(`/* ${unloadComment(mark)} */ UNLOAD`)).toBe(true)
    expect(like.test(`SELECT query_text FROM sys_query_history WHERE query_text LIKE '${commentPattern('t1')}'`)).toBe(
      false,
    )
  })
})
