import { emulatedSource } from './emulated-source.js'
import { realSource } from './real-source.js'
import { sourceContract } from './source-contract.js'

sourceContract('emulated Redshift', emulatedSource, true)

const real = realSource(process.env)
if (real !== undefined) sourceContract('real Redshift', real, false)
