import { quoteLiteral } from '../../dialect/maxcompute/literal.js'
import { set, tell, refuse } from './bench.js'
import { asText, asTimestamp } from './coerce.js'
import { dateFormat } from './date-format.js'
import { argument, counted, mismatch, titleOf, wordAt, type Call, type FunctionRule } from './function-call.js'
import { dateAdd, dateDiff, datePart, dateTrunc, extractPart, isMidnight } from './moments.js'
import { roundedDown } from './number-functions.js'
import { families, isMoment, isNumber, made } from './value.js'

const toChar: FunctionRule = (call) => {
  counted(call, 2)
  const value = argument(call, 0)
  if (isNumber(value)) return refuse('TO_CHAR of a number', 'its formats have no twin in MaxCompute', call.at)
  if (!isMoment(value)) return mismatch(call, value)
  const format = dateFormat(wordAt(call, 1), call.at)
  const held = isMidnight(value) && format.clock ? asTimestamp(value) : value
  tell(call.bench, 'TO_CHAR', `the format ${wordAt(call, 1)} is ${format.text}`)
  return made(`TO_CHAR(${held.sql}, ${quoteLiteral(format.text)})`, families.text, [value])
}

/** TO_DATE with a format gives a DATETIME here. */
const toDate: FunctionRule = (call) => {
  counted(call, 2)
  const format = dateFormat(wordAt(call, 1), call.at)
  if (format.clock) return refuse(titleOf(call), 'with hours is not on the list', call.at)
  tell(call.bench, 'TO_DATE', `the format ${wordAt(call, 1)} is ${format.text}`, 'for texts that are no such date')
  const text = asText(argument(call, 0), call.at)
  return made(`CAST(TO_DATE(${text.sql}, ${quoteLiteral(format.text)}) AS DATE)`, families.date, [text])
}

function moment(call: Call): void {
  call.bench.doubts.add(`${call.name.toUpperCase()} tells the moment at which each side is asked`)
}

/** Both clocks at UTC: Redshift's always is, MaxCompute's is the session's. */
const now: FunctionRule = (call) => {
  counted(call, 0)
  moment(call)
  set(call.bench, 'odps.sql.timezone', 'UTC')
  tell(call.bench, call.name.toUpperCase(), 'GETDATE() has milliseconds and the zone of the session, which must be UTC')
  return made('CAST(GETDATE() AS TIMESTAMP_NTZ)', families.timestamp, [])
}

const today: FunctionRule = (call) => {
  moment(call)
  set(call.bench, 'odps.sql.timezone', 'UTC')
  tell(call.bench, 'CURRENT_DATE', 'the day of the session, whose zone must be UTC')
  return made('CAST(GETDATE() AS DATE)', families.date, [])
}

const lastDay: FunctionRule = (call) => {
  counted(call, 1)
  const value = argument(call, 0)
  if (!isMoment(value)) return mismatch(call, value)
  tell(call.bench, 'LAST_DAY', 'the day before the first of the next month')
  const sql = `DATEADD(DATEADD(DATETRUNC(${value.sql}, 'mm'), 1, 'mm'), -1, 'dd')`
  return made(isMidnight(value) ? sql : `CAST(${sql} AS DATE)`, families.date, [value])
}

/** TRUNC of a moment is its date; of a number its whole part. */
const trunc: FunctionRule = (call) => {
  const value = argument(call, 0)
  if (!isMoment(value)) return roundedDown(call)
  counted(call, 1)
  tell(call.bench, 'TRUNC', 'of a moment is its date')
  if (isMidnight(value)) return { ...value, type: families.date, midnight: false }
  return made(`CAST(${value.sql} AS DATE)`, families.date, [value])
}

export const momentFunctions: Readonly<Record<string, FunctionRule>> = {
  dateadd: (call) => {
    counted(call, 3)
    return dateAdd(datePart(wordAt(call, 0), call.at), argument(call, 1), argument(call, 2), call.bench, call.at)
  },
  datediff: (call) => {
    counted(call, 3)
    return dateDiff(datePart(wordAt(call, 0), call.at), argument(call, 1), argument(call, 2), call.bench, call.at)
  },
  date_trunc: (call) => {
    counted(call, 2)
    return dateTrunc(datePart(wordAt(call, 0), call.at), argument(call, 1), call.bench, call.at)
  },
  date_part: (call) => {
    counted(call, 2)
    return extractPart(wordAt(call, 0), argument(call, 1), 'float', call.bench, call.at)
  },
  to_char: toChar,
  to_date: toDate,
  getdate: now,
  sysdate: now,
  current_date: today,
  last_day: lastDay,
  trunc,
}
