import type { Ledger } from '../model/ledger.js'
import type { Call, Work } from '../model/work.js'
import type { Carrier, CarryHandle, CarryOutcome, Consignment } from './carrier.js'
import type { OnlineCarrier } from './online-carrier.js'

/** Hands each consignment to the carrier that the plan chose for it. */
export class RoutingCarrier implements Carrier {
  readonly #streaming: Carrier
  readonly #online: OnlineCarrier

  constructor(streaming: Carrier, online: OnlineCarrier) {
    this.#streaming = streaming
    this.#online = online
  }

  carry(consignment: Consignment, ledger: Ledger): Work<CarryHandle, CarryOutcome> {
    return (consignment.by === 'online' ? this.#online : this.#streaming).carry(consignment, ledger)
  }

  async clean(run: string, call: Call): Promise<readonly string[]> {
    const streamed = (await this.#streaming.clean?.(run, call)) ?? []
    return [...streamed, ...(await this.#online.clean(run, call))]
  }
}
