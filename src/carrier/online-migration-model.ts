/**
 * What Data Online Migration speaks of (transfer.md 1.6). Fields bear the service's own names, first letter in lower case;
 * what the service may leave out is optional, and counts that it has no statistic for (`-1`) are absent.
 */

export interface AddressDetail {
  /** `s3`, `oss`, …; `inv`: an inventory. */
  readonly addressType: string
  readonly accessId?: string
  readonly accessSecret?: string
  readonly bucket?: string
  /** `https://s3.us-east-1.amazonaws.com` */
  readonly domain?: string
  /** Ends in `/`; absent: the whole bucket. */
  readonly prefix?: string
  /** `oss-cn-beijing` */
  readonly regionId?: string
  /** Name of a RAM role, no ARN. */
  readonly role?: string
  readonly agentList?: string
  readonly dataType?: string
  readonly invLocation?: string
  readonly invBucket?: string
  readonly invDomain?: string
  readonly invPath?: string
  readonly invRegionId?: string
  readonly invRole?: string
  readonly invAccessId?: string
  readonly invAccessSecret?: string
}

export interface NewAddress {
  /** 3 to 63 of `[a-z0-9_-]`, not starting with `-` or `_`. */
  readonly name: string
  /** `key:value,key:value` */
  readonly tags?: string
  readonly addressDetail: AddressDetail
}

export interface ImportAddress extends NewAddress {
  readonly version?: string
  /** The account that it belongs to. */
  readonly owner?: string
  readonly createTime?: string
  readonly modifyTime?: string
  readonly verifyTime?: string
  readonly status?: string
  readonly verifyResult?: { readonly httpCode?: string; readonly errorCode?: string; readonly errorMsg?: string }
}

/** `pending`: the service has not looked yet; ask again. */
export interface AddressVerdict {
  readonly verdict: 'pending' | 'available' | 'failed'
  /** The service's own word. */
  readonly status: string
  readonly errorCode?: string
  readonly errorMessage?: string
}

export type JobStatus =
  | 'IMPORT_JOB_BEGIN'
  | 'IMPORT_JOB_LAUNCHING'
  | 'IMPORT_JOB_PREPARING'
  | 'IMPORT_JOB_DOING'
  | 'IMPORT_JOB_SUSPEND'
  | 'IMPORT_JOB_CLOSING'
  | 'IMPORT_JOB_FINISHED'
  | 'IMPORT_JOB_INTERRUPTED'
  | 'IMPORT_JOB_DELETING'
  | 'IMPORT_JOB_CONFIRMED'

/** What may be written into a job. */
export type JobOrder = 'IMPORT_JOB_LAUNCHING' | 'IMPORT_JOB_SUSPEND' | 'IMPORT_JOB_CLOSING'

export interface KeyFilters {
  readonly includes?: { readonly regex: readonly string[] }
  readonly excludes?: { readonly regex: readonly string[] }
}

export interface ImportQos {
  /** Bits a second. */
  readonly maxBandWidth?: number
  /** Files a second. */
  readonly maxImportTaskQps?: number
}

export interface NewJob {
  /** As an address's. */
  readonly name: string
  readonly srcAddress: string
  readonly destAddress: string
  readonly overwriteMode?: 'never' | 'always'
  readonly transferMode?: 'all' | 'lastmodified'
  readonly tags?: string
  /** Of a job that retries another's failed files. */
  readonly parentVersion?: string
  /** Writes files below the destination prefix when a round ends. */
  readonly createReport?: boolean
  readonly audit?: { readonly logMode: 'off' | 'basic' | 'detail' }
  readonly filterRule?: { readonly keyFilters?: KeyFilters }
  readonly importQos?: ImportQos
  readonly scheduleRule?: {
    readonly startCronExpression?: string
    readonly suspendCronExpression?: string
    readonly maxScheduleCount?: number
  }
  readonly targetStorageClass?: string
  readonly withLastModifyTime?: boolean
}

export interface ImportJob {
  readonly name: string
  readonly srcAddress?: string
  readonly destAddress?: string
  /** The job's id, which reports and retries want. */
  readonly version?: string
  readonly owner?: string
  readonly createTime?: string
  readonly modifyTime?: string
  /** One of `JobStatus`, or a word that this client does not know. */
  readonly status: string
  readonly parentName?: string
}

/** A row for each change of a round's status; the service gives the newest first. */
export interface JobHistory {
  readonly name?: string
  readonly jobVersion?: string
  readonly runtimeId?: number
  readonly commitId?: number
  readonly startTime?: string
  readonly endTime?: string
  readonly status?: string
  readonly totalCount?: number
  /** Skipped ones among them. */
  readonly copiedCount?: number
  readonly failedCount?: number
  readonly skippedCount?: number
  /** Bytes. */
  readonly totalSize?: number
  readonly copiedSize?: number
  readonly skippedSize?: number
  readonly runtimeState?: string
  readonly message?: string
  readonly operator?: string
  /** `totalCount` is final only once this is `Finished`. */
  readonly listStatus?: string
}

export interface JobResult {
  readonly version?: string
  readonly readyRetry?: string
  readonly addressType?: string
  readonly inv?: Readonly<Record<string, string>>
  readonly totalObjectCount?: number
  readonly copiedObjectCount?: number
  readonly failedObjectCount?: number
  readonly skippedObjectCount?: number
  readonly totalObjectSize?: number
  readonly copiedObjectSize?: number
  readonly skippedObjectSize?: number
}

export interface JobReport {
  /** `Running`, `NotExist`, `Finished`, `Failed`. */
  readonly status: string
  readonly reportCreateTime?: string
  readonly reportEndTime?: string
  readonly totalCount?: number
  readonly copiedCount?: number
  readonly skippedCount?: number
  readonly failedCount?: number
  readonly errorMessage?: string
}

/** An agent or a tunnel: the service's fields as text. */
export type ImportThing = Readonly<Record<string, string>>
