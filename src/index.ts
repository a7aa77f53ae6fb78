/**
 * The library's door. The command is built of these parts; each works by itself.
 *
 * - `MaxComputeClient`, `MaxComputeTarget`: the MaxCompute REST client that npm otherwise lacks.
 * - `OnlineMigrationClient`: the client of Data Online Migration that npm lacks as well.
 * - `RedshiftSource`, `S3Store`, `OssStore`, `StreamingCarrier`, `RamAccess`: the other adapters.
 * - the pure rooms: types and names translated, DDL and statements written, sameness decided.
 */
export * from './model/names.js'
export * from './model/errors.js'
export type * from './model/catalog.js'
export type * from './model/credentials.js'
export type * from './model/documents.js'
export type * from './model/facts.js'
export type * from './model/ledger.js'
export type * from './model/manifest.js'
export type * from './model/measure.js'
export type * from './model/plan.js'
export type * from './model/statement.js'
export type * from './model/work.js'

export type { CatalogCall, Snapshot, Source, UnloadHandle, UnloadOutcome } from './source/source.js'
export type { ByteRange, ChunkReceipt, ObjectInfo, ObjectStore, Provenance, Upload } from './store/store.js'
export type { Carrier, CarryHandle, CarryOutcome, Consignment } from './carrier/carrier.js'
export type { InstanceOutcome, TableShape, Target } from './target/target.js'
export type { Access, Caller, Role } from './access/access.js'

export { iamLogin, type IamLoginOptions } from './source/redshift/iam-login.js'
export { RedshiftSource } from './source/redshift/redshift-source.js'
export { S3Store } from './store/s3-store.js'
export { OssStore } from './store/oss-store.js'
export { RetryingStore } from './store/retrying-store.js'
export { StreamingCarrier } from './carrier/streaming-carrier.js'
export { OnlineMigrationClient, type OnlineMigrationClientOptions } from './carrier/online-migration-client.js'
export { OnlineMigrationRefusal } from './carrier/online-migration-error.js'
export type * from './carrier/online-migration-model.js'
export { MaxComputeClient, type MaxComputeClientOptions, type Place } from './target/maxcompute/client.js'
export type { Bounds } from './target/maxcompute/connection.js'
export type { Download, DownloadOptions } from './target/maxcompute/instance-tunnel.js'
export type { Submission } from './target/maxcompute/submission.js'
export { parseCsv, type CsvRows } from './target/maxcompute/csv.js'
export { MaxComputeTarget } from './target/maxcompute/maxcompute-target.js'
export { RamAccess } from './access/ram-access.js'
export { assumedRoleCredentials, staticCredentials, type AssumedRoleOptions } from './access/credentials.js'
export { FileLedger } from './journal/file-ledger.js'

export { planRelation, skipReason, type PlanPolicy } from './translate/relation.js'
export { defaultTypePolicy, type TypePolicy } from './translate/type-policy.js'
export { ddlText } from './translate/ddl-text.js'
export { unloadStatement } from './dialect/redshift/unload.js'
export { createTableStatement } from './dialect/maxcompute/create-table.js'
export { loadStatements } from './dialect/maxcompute/load.js'
export { checksFor, measuresFor, runChecks } from './checks/standard-checks.js'
export { compareAnswers } from './checks/query-check.js'
