import { describe, expect, it } from 'vitest'
import { framingOf, headByteCountMax, parseHead } from '../../../src/network/answer-head.js'
import { Dechunker } from '../../../src/network/dechunker.js'

const head = (text: string) => parseHead(Buffer.from(text, 'latin1'))

describe('the head of an answer', () => {
  it('has a status and headers, and says where the body begins', () => {
    expect(head('HTTP/1.1 206 Partial Content\r\nETag: "a"\r\nX-Amz-Meta-Name:  a: b \r\nempty:\r\n\r\nbody')).toEqual({
      status: 206,
      headers: { etag: '"a"', 'x-amz-meta-name': 'a: b', empty: '' },
      byteCount: 76,
    })
  })

  it('joins a header that comes twice', () => {
    expect(head('HTTP/1.1 200\r\na: 1\r\nA: 2\r\n\r\n')?.headers).toEqual({ a: '1, 2' })
  })

  it('is not there before its empty line', () => {
    expect(head('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n')).toBeUndefined()
  })

  it.each([
    'HTTP/2 200\r\n\r\n',
    'SSH-2.0-OpenSSH\r\n\r\n',
    'HTTP/1.1 99 x\r\n\r\n',
    'HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\nname : 1\r\n\r\n',
  ])('is not %j', (text) => {
    expect(() => head(text)).toThrow(/an answer/)
  })

  it('has an end', () => {
    expect(head('x'.repeat(headByteCountMax))).toBeUndefined()
    expect(() => head('x'.repeat(headByteCountMax + 1))).toThrow(/longer than 65536 bytes/)
  })
})

describe('the end of a body', () => {
  const framing = (status: number, headers: Record<string, string>) => framingOf({ status, headers, byteCount: 0 })

  it.each([
    [200, { 'content-length': '12' }, { kind: 'length', byteCount: 12 }],
    [200, { 'transfer-encoding': 'chunked' }, { kind: 'chunked' }],
    [200, { 'transfer-encoding': 'gzip, Chunked', 'content-length': '3' }, { kind: 'chunked' }],
    [200, { 'transfer-encoding': 'gzip' }, { kind: 'close' }],
    [200, {}, { kind: 'close' }],
    [304, { 'content-length': '12' }, { kind: 'length', byteCount: 0 }],
    [204, {}, { kind: 'length', byteCount: 0 }],
  ])('of %i with %j', (status, headers, expected) => {
    expect(framing(status, headers as Record<string, string>)).toEqual(expected)
  })

  it.each(['12, 12', '-1', '1e3', '', '0x10'])('is not told by a content-length of %j', (length) => {
    expect(() => framing(200, { 'content-length': length })).toThrow(/content-length/)
  })
})

describe('a body in chunks', () => {
  const whole = '5;ext=1\r\nhello\r\nB\r\n brave worl\r\n1\r\nd\r\n0\r\nTrailer: x\r\n\r\n'

  it.each([1, 2, 3, 7, 1000])('comes out whole, %i bytes at a time', (step) => {
    const dechunker = new Dechunker()
    const pieces: Buffer[] = []
    const bytes = Buffer.from(whole)
    for (let at = 0; at < bytes.length; at += step) {
      expect(dechunker.isDone).toBe(false)
      pieces.push(...dechunker.feed(bytes.subarray(at, at + step)))
    }
    expect(dechunker.isDone).toBe(true)
    expect(Buffer.concat(pieces).toString()).toBe('hello brave world')
  })

  it.each(['x\r\n', '-1\r\n', '2\r\nabc\r\n', '0\r\n\r\nmore', '1'.repeat(9000)])('is not %j', (text) => {
    expect(() => new Dechunker().feed(Buffer.from(text))).toThrow(/answer/)
  })
})
