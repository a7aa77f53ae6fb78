import type { Answer } from './answer.js'
import * as buckets from './oss-bucket-calls.js'
import type { OssCall } from './oss-call.js'
import * as objects from './oss-object-calls.js'
import * as uploads from './oss-upload-calls.js'
import { notImplemented } from './refusal.js'
import type { StoreRequest } from './store-request.js'

/** By the API's own names. */
export const ossOperations: Readonly<Record<string, (call: OssCall) => Promise<Answer>>> = {
  ListBuckets: buckets.listBuckets,
  PutBucket: buckets.putBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketInfo: buckets.getBucketInfo,
  GetBucketLocation: buckets.getBucketLocation,
  ListObjects: buckets.listObjects,
  ListObjectsV2: buckets.listObjectsV2,
  ListMultipartUploads: buckets.listMultipartUploads,
  DeleteMultipleObjects: objects.deleteMultipleObjects,
  PutObject: objects.putObject,
  GetObject: objects.getObject,
  HeadObject: objects.headObject,
  GetObjectMeta: objects.getObjectMeta,
  CopyObject: objects.copyObject,
  DeleteObject: objects.deleteObject,
  InitiateMultipartUpload: uploads.initiateMultipartUpload,
  UploadPart: uploads.uploadPart,
  UploadPartCopy: uploads.uploadPartCopy,
  CompleteMultipartUpload: uploads.completeMultipartUpload,
  AbortMultipartUpload: uploads.abortMultipartUpload,
  ListParts: uploads.listParts,
}

/** Query parameters that choose another resource than the bucket or object itself. */
const subresources = [
  'acl',
  'append',
  'asyncFetch',
  'callback',
  'cname',
  'comp',
  'cors',
  'encryption',
  'httpsConfig',
  'img',
  'inventory',
  'lifecycle',
  'live',
  'logging',
  'metaQuery',
  'objectInfo',
  'policy',
  'publicAccessBlock',
  'qosInfo',
  'referer',
  'regions',
  'replication',
  'requestPayment',
  'resourceGroup',
  'restore',
  'seal',
  'stat',
  'style',
  'symlink',
  'tagging',
  'transferAcceleration',
  'versionId',
  'versioning',
  'versions',
  'vod',
  'website',
  'worm',
  'x-oss-process',
  'x-oss-async-process',
  'x-oss-traffic-limit',
]

/** The name of the operation that a request asks for; refuses, by its name, what is not emulated. */
export function nameOssOperation(request: StoreRequest, bucket: string, key: string): string {
  const place = bucket === '' ? '/' : key === '' ? 'a bucket' : 'an object'
  const other = subresources.find((name) => request.query.has(name))
  if (other !== undefined) throw notImplemented(`${request.method} ?${other} on ${place}`)
  const name = bucket === '' ? nameServiceCall(request) : key === '' ? nameBucketCall(request) : nameObjectCall(request)
  if (name === undefined || ossOperations[name] === undefined)
    throw notImplemented(name ?? `${request.method} on ${place}`)
  return name
}

function nameServiceCall(request: StoreRequest): string | undefined {
  return request.method === 'GET' ? 'ListBuckets' : undefined
}

function nameBucketCall({ method, query }: StoreRequest): string | undefined {
  switch (method) {
    case 'GET':
      if (query.has('bucketInfo')) return 'GetBucketInfo'
      if (query.has('location')) return 'GetBucketLocation'
      if (query.has('uploads')) return 'ListMultipartUploads'
      return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
    case 'PUT':
      return 'PutBucket'
    case 'DELETE':
      return 'DeleteBucket'
    case 'POST':
      return query.has('delete') ? 'DeleteMultipleObjects' : 'PostObject'
    default:
      return undefined
  }
}

function nameObjectCall({ method, query, headers }: StoreRequest): string | undefined {
  const copies = headers.has('x-oss-copy-source')
  switch (method) {
    case 'HEAD':
      return query.has('objectMeta') ? 'GetObjectMeta' : 'HeadObject'
    case 'GET':
      return query.has('uploadId') ? 'ListParts' : 'GetObject'
    case 'PUT':
      if (query.has('uploadId')) return copies ? 'UploadPartCopy' : 'UploadPart'
      return copies ? 'CopyObject' : 'PutObject'
    case 'POST':
      if (query.has('uploads')) return 'InitiateMultipartUpload'
      return query.has('uploadId') ? 'CompleteMultipartUpload' : undefined
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject'
    default:
      return undefined
  }
}
