// `node bench/packing.js [relations] [seed]`, after `npm run build`: how well relations are packed into jobs of Data Online
// Migration. Draws sizes, packs them as `migrate plan` does, and plays the journey through: unloads and jobs with fixed
// latencies in virtual time, in the order and under the limits of src/stages/company.ts. Prints figures; exit code 1 when
// there are more jobs than allowed, more at once, or the whole takes over 10 % longer than any order could.
import { packConsignments } from '../dist/translate/packing.js'
import { regionQuotas } from '../dist/translate/online-quotas.js'

const relationCount = Number(process.argv[2] ?? 10_000)
const seed = Number(process.argv[3] ?? 20_260_101)
const megabyte = 1024 * 1024
const partByteCountMax = 256 * megabyte

/** UNLOAD: statements at once (the default of limits.unload), seconds that each takes besides its bytes, bytes a second. */
const unload = { atOnce: 4, seconds: 3, bytesPerSecond: 400 * megabyte }
/** A job: addresses made and verified, created, launched, prepared; then its end has to be noticed. */
const job = { beforeSeconds: 35, afterSeconds: 10 }
const ratioMax = 1.1

function main() {
  const verdicts = ['cn-hangzhou', 'eu-central-1'].flatMap((region) =>
    ['journey', 'transfer alone'].map((what) => trial(region, what)),
  )
  process.exitCode = verdicts.every(Boolean) ? 0 : 1
}

function trial(region, what) {
  const quotas = regionQuotas(region)
  const freights = draw()
  const packed = packConsignments(freights, { carrier: 'online', fromByteCount: 0, quotas })
  const byteCounts = new Map(freights.map(({ relationId, byteCount }) => [relationId, byteCount]))
  const companies = packed.map(({ relationIds, seconds }) => ({
    unloads: what === 'journey' ? relationIds.map((id) => unloadSeconds(byteCounts.get(id))) : [],
    jobSeconds: job.beforeSeconds + seconds + job.afterSeconds,
  }))
  const played = play(companies, quotas.runningJobCountMax)
  const bound = boundOf(freights, quotas, what)
  const ratio = played.seconds / bound
  const carried = new Set(packed.flatMap(({ relationIds }) => relationIds)).size
  const isWell =
    ratio <= ratioMax &&
    carried === relationCount &&
    packed.length <= quotas.jobCountMax &&
    played.runningMost <= quotas.runningJobCountMax
  const terabytes = freights.reduce((sum, { byteCount }) => sum + byteCount, 0) / 1024 ** 4
  console.log(
    `${region}, ${what}: ${carried} relations (${terabytes.toFixed(1)} TB, seed ${seed}) in ${packed.length} jobs, at most ${played.runningMost} at once; ` +
      `${hours(played.seconds)}, no order takes less than ${hours(bound)}: ratio ${ratio.toFixed(3)} (at most ${ratioMax})${isWell ? '' : ' MISSED'}`,
  )
  return isWell
}

/** Sizes as warehouses have them: most are small, few are very large (log-normal), a tenth is empty. */
function draw() {
  const random = generator(seed)
  return Array.from({ length: relationCount }, (_, index) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const byteCount = random() < 0.1 ? 0 : Math.min(2 * 1024 ** 4, Math.round(Math.exp(19.5 + 2.4 * normal)))
    return { relationId: `r${index}-${index.toString(16).padStart(8, '0')}`, byteCount, partByteCountMax }
  })
}

/** mulberry32: the same numbers on every machine. */
function generator(start) {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function unloadSeconds(byteCount) {
  return unload.seconds + byteCount / unload.bytesPerSecond
}

/** Neither more places nor another order helps: all work over all places, and the longest way of one relation. */
function boundOf(freights, { bitsPerSecond, filesPerSecond, runningJobCountMax }, what) {
  const isJourney = what === 'journey'
  let unloading = 0
  let longest = 0
  let byteCount = 0
  let fileCount = 0
  for (const freight of freights) {
    const files = Math.max(1, Math.ceil(freight.byteCount / partByteCountMax))
    const before = isJourney ? unloadSeconds(freight.byteCount) : 0
    unloading += before
    byteCount += freight.byteCount
    fileCount += files
    const carrying = Math.max((freight.byteCount * 8) / bitsPerSecond, files / filesPerSecond)
    longest = Math.max(longest, before + job.beforeSeconds + carrying + job.afterSeconds)
  }
  const carrying = Math.max((byteCount * 8) / bitsPerSecond, fileCount / filesPerSecond) / runningJobCountMax
  return Math.max(unloading / unload.atOnce, carrying, longest)
}

/** Companies in order: so many under way, so many of them unloading, statements and jobs served as they come. */
function play(companies, runningMax) {
  const places = {
    company: 2 * runningMax + unload.atOnce,
    gate: unload.atOnce,
    unload: unload.atOnce,
    job: runningMax,
  }
  const queues = { company: companies.map((company) => () => enter(company)), gate: [], unload: [], job: [] }
  const busy = { company: 0, gate: 0, unload: 0, job: 0 }
  const events = []
  let now = 0
  let runningMost = 0

  const serve = () => {
    for (const name of Object.keys(places)) {
      while (busy[name] < places[name] && queues[name].length > 0) {
        busy[name] += 1
        queues[name].shift()()
      }
    }
    runningMost = Math.max(runningMost, busy.job)
  }
  const after = (seconds, then) => events.push({ at: now + seconds, then })
  const enter = (company) => queues.gate.push(() => unloadAll(company))
  const unloadAll = (company) => {
    let left = company.unloads.length
    const ready = () => {
      busy.gate -= 1
      queues.job.push(() => after(company.jobSeconds, ended))
    }
    if (left === 0) return ready()
    for (const seconds of company.unloads)
      queues.unload.push(() =>
        after(seconds, () => {
          busy.unload -= 1
          left -= 1
          if (left === 0) ready()
        }),
      )
  }
  const ended = () => {
    busy.job -= 1
    busy.company -= 1
  }
  for (let isMore = true; isMore;) {
    // What one step frees may let another in at the same moment.
    for (let before = -1; before !== sum(busy) + sum(queues, (queue) => queue.length) * 1e6;) {
      before = sum(busy) + sum(queues, (queue) => queue.length) * 1e6
      serve()
    }
    const next = events.reduce((best, event, index) => (best < 0 || event.at < events[best].at ? index : best), -1)
    isMore = next >= 0
    if (!isMore) break
    const [event] = events.splice(next, 1)
    now = event.at
    event.then()
  }
  return { seconds: now, runningMost }
}

function sum(record, of = (value) => value) {
  return Object.values(record).reduce((total, value) => total + of(value), 0)
}

function hours(seconds) {
  return `${(seconds / 3600).toFixed(2)} h`
}

main()
