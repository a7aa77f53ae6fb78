import type { Answer } from './answer.js'
import { notImplemented } from './refusal.js'
import * as buckets from './s3-bucket-calls.js'
import type { S3Call } from './s3-call.js'
import * as reads from './s3-read-calls.js'
import * as uploads from './s3-upload-calls.js'
import * as writes from './s3-write-calls.js'
import type { StoreRequest } from './store-request.js'

/** By the API's own names. */
export const s3Operations: Readonly<Record<string, (call: S3Call) => Promise<Answer>>> = {
  ListBuckets: buckets.listBuckets,
  HeadBucket: buckets.headBucket,
  GetBucketLocation: buckets.getBucketLocation,
  ListObjects: buckets.listObjects,
  ListObjectsV2: buckets.listObjectsV2,
  ListMultipartUploads: buckets.listMultipartUploads,
  DeleteObjects: writes.deleteObjects,
  GetObject: reads.getObject,
  HeadObject: reads.headObject,
  GetObjectAttributes: reads.getObjectAttributes,
  PutObject: writes.putObject,
  CopyObject: writes.copyObject,
  DeleteObject: writes.deleteObject,
  CreateMultipartUpload: uploads.createMultipartUpload,
  UploadPart: uploads.uploadPart,
  UploadPartCopy: uploads.uploadPartCopy,
  CompleteMultipartUpload: uploads.completeMultipartUpload,
  AbortMultipartUpload: uploads.abortMultipartUpload,
  ListParts: uploads.listParts,
}

/** Query parameters that choose another resource than the bucket or object itself. */
const subresources = [
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'versioning',
  'versions',
  'versionId',
  'website',
  'renameObject',
  'metadataTable',
  'append',
]

/** The name of the operation that a request asks for; refuses, by its name, what is not emulated. */
export function nameS3Operation(request: StoreRequest, bucket: string, key: string): string {
  const other = subresources.find((name) => request.query.has(name))
  if (other !== undefined)
    throw notImplemented(`${request.method} ?${other} on ${key === '' ? 'a bucket' : 'an object'}`)
  const name = bucket === '' ? nameServiceCall(request) : key === '' ? nameBucketCall(request) : nameObjectCall(request)
  if (name === undefined)
    throw notImplemented(`${request.method} ${bucket === '' ? '/' : key === '' ? 'on a bucket' : 'on an object'}`)
  if (s3Operations[name] === undefined) throw notImplemented(name)
  return name
}

function nameServiceCall(request: StoreRequest): string | undefined {
  return request.method === 'GET' ? 'ListBuckets' : undefined
}

function nameBucketCall({ method, query }: StoreRequest): string | undefined {
  switch (method) {
    case 'HEAD':
      return 'HeadBucket'
    case 'GET':
      if (query.has('location')) return 'GetBucketLocation'
      if (query.has('uploads')) return 'ListMultipartUploads'
      return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
    case 'POST':
      return query.has('delete') ? 'DeleteObjects' : 'PostObject'
    case 'PUT':
      return 'CreateBucket'
    case 'DELETE':
      return 'DeleteBucket'
    default:
      return undefined
  }
}

function nameObjectCall({ method, query, headers }: StoreRequest): string | undefined {
  const copies = headers.has('x-amz-copy-source')
  switch (method) {
    case 'HEAD':
      return 'HeadObject'
    case 'GET':
      if (query.has('attributes')) return 'GetObjectAttributes'
      return query.has('uploadId') ? 'ListParts' : 'GetObject'
    case 'PUT':
      if (query.has('uploadId')) return copies ? 'UploadPartCopy' : 'UploadPart'
      return copies ? 'CopyObject' : 'PutObject'
    case 'POST':
      if (query.has('uploads')) return 'CreateMultipartUpload'
      return query.has('uploadId') ? 'CompleteMultipartUpload' : undefined
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject'
    default:
      return undefined
  }
}
