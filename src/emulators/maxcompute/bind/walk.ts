import type { Expression, Query, QueryBody, Relation } from '../sql/ast.js'

/** Every expression below this one, itself included; subqueries' own expressions too when asked. */
export function* expressionsIn(expression: Expression, subqueries = true): Generator<Expression> {
  yield expression
  for (const part of partsOf(expression)) yield* expressionsIn(part, subqueries)
  if (subqueries && 'query' in expression) yield* expressionsOfQuery(expression.query)
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'unary':
    case 'cast':
    case 'is':
    case 'in-query':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'in':
      return [expression.operand, ...expression.values]
    case 'like':
      return [expression.operand, expression.pattern]
    case 'call': {
      const { over, filter, withinGroup = [] } = expression
      return [
        ...expression.arguments,
        ...(filter === undefined ? [] : [filter]),
        ...withinGroup.map((one) => one.expression),
        ...(over?.partitionBy ?? []),
        ...(over?.orderBy ?? []).map((one) => one.expression),
      ]
    }
    case 'case': {
      const ends = [expression.subject, expression.otherwise].filter((one) => one !== undefined)
      return [...ends, ...expression.branches.flatMap(({ when, then }) => [when, then])]
    }
    case 'row':
      return expression.items
    case 'element':
      return [expression.of, expression.index]
    case 'field':
      return [expression.of]
    default:
      return []
  }
}

function* expressionsOfQuery(query: Query): Generator<Expression> {
  for (const cte of query.with) yield* expressionsOfQuery(cte.query)
  for (const order of query.orderBy) yield* expressionsIn(order.expression)
  yield* expressionsOfBody(query.body)
}

function* expressionsOfBody(body: QueryBody): Generator<Expression> {
  if (body.kind === 'nested') yield* expressionsOfQuery(body.query)
  else if (body.kind !== 'select') {
    yield* expressionsOfBody(body.left)
    yield* expressionsOfBody(body.right)
  } else {
    const conditions = [body.where, body.having, body.qualify].filter((one) => one !== undefined)
    const keys = [...body.groupBy, ...(body.groupings ?? []).flatMap((grouping) => grouping.sets.flat())]
    for (const one of [...body.items.map((item) => item.expression), ...conditions, ...keys]) yield* expressionsIn(one)
  }
}

/** The parts of a condition that are joined by AND. */
export function conjuncts(condition: Expression | undefined): readonly Expression[] {
  if (condition === undefined) return []
  if (condition.kind !== 'binary' || condition.operator !== 'and') return [condition]
  return [...conjuncts(condition.left), ...conjuncts(condition.right)]
}

/** The conditions after ON of all joins of a FROM. */
export function joinConditions(relation: Relation | undefined): readonly Expression[] {
  if (relation?.kind !== 'join') return []
  return [...conjuncts(relation.on), ...joinConditions(relation.left), ...joinConditions(relation.right)]
}
