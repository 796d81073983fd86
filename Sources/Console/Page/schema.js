// The description of an API (OpenAPI 3.1), as a page needs it: operations in groups, types in words, members of objects.

/** Methods in the order in which they are shown. */
const methods = ['get', 'post', 'put', 'patch', 'delete'];
/** Levels of objects within objects that are shown. */
const deepest = 3;

/** Follows a reference such as `#/components/schemas/Segment`. Anything else is returned as it is. */
export function resolved(thing, description) {
  if (!thing?.$ref) return thing ?? {};
  return thing.$ref.replace(/^#\//, '').split('/').reduce((part, name) => part?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], description) ?? {};
}

const nameOf = (schema) => schema?.$ref?.split('/').at(-1) ?? null;

/** Returns a schema's type in words: `list of Segment`, `text or null`, `one of json, srt`. */
export function typeOf(schema, description) {
  if (!schema) return '';
  const name = nameOf(schema), whole = resolved(schema, description);
  if (name && whole.type !== 'string') return name;
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.enum) return `one of ${whole.enum.map((value) => (value === null ? 'null' : String(value))).join(', ')}`;
  const choices = whole.oneOf ?? whole.anyOf;
  if (choices) return choices.map((choice) => typeOf(choice, description)).join(' or ');
  const types = [whole.type ?? (whole.properties ? 'object' : 'anything')].flat();
  return types.map((type) => {
    if (type === 'array') return whole.items ? `list of ${typeOf(whole.items, description)}` : 'list';
    return type === 'string' ? (whole.format === 'date-time' ? 'time' : whole.format === 'binary' ? 'file' : 'text') : type;
  }).join(' or ');
}

/**
 * Returns the members of an object, those of its members below them.
 * @returns {{name: string, type: string, isRequired: boolean, words: string, level: number}[]}
 */
export function membersOf(schema, description, level = 0, seen = new Set()) {
  const whole = resolved(schema, description), name = nameOf(schema);
  if (level > deepest || (name && seen.has(name))) return [];
  const inner = name ? new Set([...seen, name]) : seen;
  if (whole.items) return membersOf(whole.items, description, level, inner);
  const parts = [...(whole.allOf ?? []), ...(whole.oneOf ?? []), ...(whole.anyOf ?? [])].flatMap((part) => membersOf(part, description, level, inner));
  const own = Object.entries(whole.properties ?? {}).flatMap(([key, value]) => {
    const words = value.description ?? resolved(value, description).description ?? '';
    const member = { name: key, type: typeOf(value, description), isRequired: !!whole.required?.includes(key), words, level };
    return [member, ...membersOf(value, description, level + 1, inner)];
  });
  return [...own, ...parts];
}

/** The group of an operation: its tag, or the first word of its path that says something. */
const groupOf = (operation, path) => operation.tags?.[0] ?? path.replace(/^\/api\/v\d+/, '').split('/').find((part) => part && !/^v\d+$/.test(part)) ?? 'other';

/**
 * Returns the operations in their groups, in the order of the description.
 * @returns {Map<string, {id: string, method: string, path: string, operation: object, parameters: object[]}[]>}
 */
export function groupsOf(description) {
  const groups = new Map((description.tags ?? []).map((tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(description.paths ?? {})) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const group = groupOf(operation, path), id = operation.operationId ?? `${method}-${path.replace(/[^\w]+/g, '-')}`;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) => resolved(parameter, description));
      const name = operation['x-websocket'] ? 'WS' : method.toUpperCase();
      groups.set(group, [...(groups.get(group) ?? []), { id, method: name, path, operation, parameters }]);
    }
  }
  return new Map([...groups].filter(([, operations]) => operations.length));
}
