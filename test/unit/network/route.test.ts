import { describe, expect, it } from 'vitest'
import { proxyFor, routeOf } from '../../../src/network/route.js'

const proxy = 'http://proxy.example:3128'

describe('the route of requests', () => {
  it('is read as other tools read it, lower case first', () => {
    const environment = {
      HTTPS_PROXY: 'http://upper:1',
      https_proxy: proxy,
      NO_PROXY: 'a.example, .b.example 10.0.0.0/8',
    }
    expect(routeOf(environment, undefined)).toEqual({ proxy, noProxy: ['a.example', '.b.example', '10.0.0.0/8'] })
    expect(routeOf({ HTTPS_PROXY: '' }, 'pem')).toEqual({ ca: 'pem' })
  })

  it.each([
    ['s3.us-east-1.amazonaws.com', 443, [], true],
    ['s3.us-east-1.amazonaws.com', 443, ['amazonaws.com'], false],
    ['s3.us-east-1.amazonaws.com', 443, ['.amazonaws.com'], false],
    ['s3.us-east-1.amazonaws.com', 443, ['*.amazonaws.com'], false],
    ['s3.us-east-1.amazonaws.com', 443, ['zonaws.com'], true],
    ['S3.Example.com', 443, ['s3.example.COM'], false],
    ['s3.example.com', 443, ['s3.example.com:443'], false],
    ['s3.example.com', 8443, ['s3.example.com:443'], true],
    ['s3.example.com', 443, ['*'], false],
    ['10.1.2.3', 443, ['10.0.0.0/8'], false],
    ['11.1.2.3', 443, ['10.0.0.0/8', '12.0.0.0/99', 'x/8'], true],
    ['[fd00::1]', 443, ['fd00::/8'], false],
    ['fd00::1', 443, ['fd00::1'], false],
    ['localhost', 443, [], false],
    ['127.0.0.1', 443, [], false],
  ])('%s:%d with NO_PROXY %j goes through the proxy: %s', (host, port, noProxy, goes) => {
    expect(proxyFor({ proxy, noProxy }, host, port) !== undefined).toBe(goes)
  })

  it('takes a proxy without scheme', () => {
    expect(proxyFor({ proxy: 'proxy.example:3128' }, 'a.example', 443)?.href).toBe('http://proxy.example:3128/')
    expect(proxyFor({}, 'a.example', 443)).toBeUndefined()
  })
})
