import { createAddress, deleteAddress, getAddress, listAddress, updateAddress, verifyAddress } from './address-calls.js'
import type { Operation } from './call.js'
import { createJob, deleteJob, getJob, listJob, listJobHistory, updateJob } from './job-calls.js'
import { createReport, getJobResult, getReport } from './result-calls.js'

/** What is emulated, by the names of the API; agents and tunnels are not. */
export const operations: Readonly<Record<string, Operation>> = {
  CreateAddress: createAddress,
  UpdateAddress: updateAddress,
  GetAddress: getAddress,
  ListAddress: listAddress,
  VerifyAddress: verifyAddress,
  DeleteAddress: deleteAddress,
  CreateJob: createJob,
  UpdateJob: updateJob,
  GetJob: getJob,
  ListJob: listJob,
  DeleteJob: deleteJob,
  ListJobHistory: listJobHistory,
  GetJobResult: getJobResult,
  CreateReport: createReport,
  GetReport: getReport,
}
