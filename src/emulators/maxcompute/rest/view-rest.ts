import { httpDate, xmlReply, type Exchange, type Reply } from '../exchange.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { schemaOf, seconds, tableKey, titleOf } from '../table.js'
import type { View } from '../view.js'
import { cdata, element, textElement, xmlHead } from '../xml.js'

export function findView(name: string, schema: string, project: Project): View | undefined {
  return project.views.get(tableKey(schema, name.toLowerCase()))
}

/** A view among the tables (maxcompute.md 3). Rows, partitions and tunnels are of tables alone. */
export function getView({ method, params }: Exchange, view: View, project: Project): Reply {
  if (method !== 'GET' || params.has('data') || params.has('partitions') || params.has('partition'))
    throw new ServiceError(405, 'MethodNotAllowed', `this request on a view is not supported by this emulator`)
  const schemaModel = project.world.maxcompute.schemaModel === true
  return xmlReply(
    xmlHead +
      element(
        'Table',
        [
          textElement('Name', titleOf(view.name)),
          textElement('TableId', view.id),
          textElement('Comment', view.comment),
          textElement('Owner', view.owner),
          textElement('Project', project.name),
          textElement('SchemaName', schemaModel ? schemaOf(view.name) : ''),
          textElement('TableLabel', ''),
          textElement('CryptoAlgo', ''),
          textElement('CreationTime', httpDate(view.createdAt)),
          textElement('LastModifiedTime', httpDate(view.ddlAt)),
          textElement('LastAccessTime', httpDate(view.ddlAt)),
          textElement('Type', 'VIRTUAL_VIEW'),
          `<Schema format="Json">${cdata(JSON.stringify(viewSchema(view)))}</Schema>`,
        ].join(''),
      ),
  )
}

function viewSchema(view: View) {
  return {
    columns: view.columns.map(({ name, type, comment }) => ({
      name,
      type,
      comment,
      label: '',
      isNullable: true,
      hasDefaultValue: false,
      extendedLabels: [],
      hasGenerateExpression: false,
    })),
    partitionKeys: [],
    comment: view.comment,
    owner: view.owner,
    createTime: seconds(view.createdAt),
    lastModifiedTime: seconds(view.ddlAt),
    lastDDLTime: seconds(view.ddlAt),
    lastAccessTime: seconds(view.ddlAt),
    isVirtualView: true,
    isMaterializedView: false,
    isExternal: false,
    lifecycle: -1,
    hubLifecycle: -1,
    size: 0,
    recordNum: -1,
    tableLabel: '0',
    shardExist: false,
    viewText: view.text,
    viewExpandedText: view.text,
    tableProperties: '{}',
  }
}
