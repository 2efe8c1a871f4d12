/** A·x = b for a symmetric positive definite A [n, n], row-major; undefined when A is not, to working precision. */
export interface Cholesky {
  solve(b: Float64Array): Float64Array;
  /** Diagonal of A⁻¹. */
  inverseDiagonal(): Float64Array;
}

/** L·Lᵀ factorisation. `relativePivot`: a pivot below this share of its diagonal entry counts as singular. */
export function cholesky(a: Float64Array, n: number, relativePivot = 1e-10): Cholesky | undefined {
  const l = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j] as number;
    for (let k = 0; k < j; k++) pivot -= (l[j * n + k] as number) ** 2;
    if (!(pivot > relativePivot * Math.abs(a[j * n + j] as number))) return undefined;
    const root = Math.sqrt(pivot);
    l[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number);
      l[i * n + j] = sum / root;
    }
  }

  function solve(b: Float64Array): Float64Array {
    const x = Float64Array.from(b);
    for (let i = 0; i < n; i++) {
      let sum = x[i] as number;
      for (let k = 0; k < i; k++) sum -= (l[i * n + k] as number) * (x[k] as number);
      x[i] = sum / (l[i * n + i] as number);
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i] as number;
      for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] as number) * (x[k] as number);
      x[i] = sum / (l[i * n + i] as number);
    }
    return x;
  }

  function inverseDiagonal(): Float64Array {
    return Float64Array.from({ length: n }, (_, i) => {
      const unit = new Float64Array(n);
      unit[i] = 1;
      return solve(unit)[i] as number;
    });
  }

  return { solve, inverseDiagonal };
}
