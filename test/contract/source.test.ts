import { emulatedSource } from './emulated-source.js'
import { realSource } from './real-source.js'
import { sourceContract } from './source-contract.js'

sourceContract('emulated Redshift', emulatedSource, true)
sourceContract('emulated Redshift, by its Data API', () => emulatedSource('data-api'), true)

const real = realSource(process.env)
if (real !== undefined) sourceContract('real Redshift', real, false)
