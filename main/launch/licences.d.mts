export interface LockedPackage {
  name: string;
  version: string;
  licence: string;
  path: string;
}
export function productionPackages(lock: unknown): LockedPackage[];
export function isPermissive(expression: string): boolean;
export function refusedPackages(packages: readonly LockedPackage[]): LockedPackage[];
