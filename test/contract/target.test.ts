import { emulatedTarget } from './emulated-target.js'
import { realTarget } from './real-target.js'
import { targetContract } from './target-contract.js'

targetContract('emulated MaxCompute', () => emulatedTarget(), true)

// What nobody knows for certain of the real service, the other way round (maxcompute.md 9).
targetContract(
  'emulated MaxCompute with the other habits',
  () =>
    emulatedTarget({
      csvQuoting: 'needed',
      decimalZeros: 'kept',
      decimalLeadingZero: 'dropped',
      sumDecimalScale: 'eighteen',
      booleanText: 'upper',
      timestampFraction: 'nine',
      parseErrors: 'task',
      nullOrder: 'largest',
    }),
  true,
)

const real = realTarget(process.env)
if (real !== undefined) targetContract('real MaxCompute', real, false)
