import { createHmac } from 'node:crypto'

const remembered = new Map<string, Buffer>()
/** Keys of two clouds, of two days around midnight, and of credentials before and after they were renewed. */
const rememberedCountMax = 16

/**
 * The key of a scope `date/region/service/request`, as both clouds derive it: an HMAC-SHA256 for each word, the first
 * keyed with `secret`. The same for all requests of a day, and four HMACs are half of what a signature costs.
 */
export function signingKey(secret: string, scope: string): Buffer {
  const name = `${secret}\n${scope}`
  const known = remembered.get(name)
  if (known !== undefined) return known
  const key = scope
    .split('/')
    .reduce<Buffer>((last, word) => createHmac('sha256', last).update(word).digest(), Buffer.from(secret))
  if (remembered.size >= rememberedCountMax) remembered.clear()
  remembered.set(name, key)
  return key
}
