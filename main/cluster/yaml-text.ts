import { Document, isScalar, visit } from 'yaml';

/**
 * Objects as a YAML stream. Every string value is quoted: an unquoted `n`, `y` or `1e3` would be read as another type.
 * Key order is that of the objects, so equal objects give equal bytes.
 */
export function toYaml(objects: readonly unknown[]): string {
  return objects
    .map((object) => {
      const document = new Document(object, { version: '1.2', aliasDuplicateObjects: false });
      visit(document, {
        Scalar(key, node) {
          if (key === 'key' || !isScalar(node) || typeof node.value !== 'string') return;
          node.type = node.value.includes('\n') ? 'BLOCK_LITERAL' : 'QUOTE_DOUBLE';
        },
      });
      return document.toString({ lineWidth: 0 });
    })
    .join('---\n');
}
