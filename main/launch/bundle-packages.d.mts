export function importedNames(text: string): Map<string, Set<string>>;
