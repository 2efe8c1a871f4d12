/** Rows of one query, and the best discounted gain an order of them can have. */
interface Query {
  rows: Uint32Array;
  /** 1 / best discounted gain of the first `truncation` places; 0 when no row is relevant. */
  inverseBest: number;
}

/** Places whose gain counts, as LightGBM's default has it. */
const truncation = 30;
/** Places the reported loss looks at. */
const reported = 10;
/** Largest relevance: gains are 2^relevance − 1. */
export const largestRelevance = 30;

/** Gradients of LambdaMART (Burges, 2010): pairs of one query weighted by how much their exchange changes the NDCG. */
export class LambdaRank {
  readonly #queries: Query[];
  readonly #relevance: Float64Array;

  /**
   * @param relevance per row: a whole number 0 … `largestRelevance`
   * @param groups per row: number of its query
   * @param rows only the first rows are trained on
   */
  constructor(relevance: Float64Array, groups: Uint32Array, rows: number) {
    this.#relevance = relevance;
    this.#queries = queriesOf(groups, 0, rows).map((members) => ({
      rows: members,
      inverseBest: inverseBestGain(relevance, members, truncation),
    }));
  }

  /** Fills the gradients and hessians of the training rows. */
  fill(scores: Float64Array, gradients: Float64Array, hessians: Float64Array): void {
    gradients.fill(0);
    hessians.fill(0);
    for (const query of this.#queries) if (query.inverseBest > 0) this.#fillQuery(query, scores, gradients, hessians);
  }

  #fillQuery(
    { rows, inverseBest }: Query,
    scores: Float64Array,
    gradients: Float64Array,
    hessians: Float64Array,
  ): void {
    const order = ranked(rows, scores);
    const count = order.length;
    const hasSpread = scores[order[0] as number] !== scores[order[count - 1] as number];
    let total = 0;
    for (let i = 0; i < Math.min(truncation, count - 1); i++) {
      for (let j = i + 1; j < count; j++) {
        const [a, b] = [order[i] as number, order[j] as number];
        const [gainA, gainB] = [this.#relevance[a] as number, this.#relevance[b] as number];
        if (gainA === gainB) continue;
        const [high, low] = gainA > gainB ? [a, b] : [b, a];
        const difference = (scores[high] as number) - (scores[low] as number);
        let weight = Math.abs(gainOf(gainA) - gainOf(gainB)) * (discount(i) - discount(j)) * inverseBest;
        if (hasSpread) weight /= 0.01 + Math.abs(difference);
        const share = 1 / (1 + Math.exp(difference));
        const slope = weight * share;
        const curvature = slope * (1 - share);
        gradients[high] = (gradients[high] as number) - slope;
        gradients[low] = (gradients[low] as number) + slope;
        hessians[high] = (hessians[high] as number) + curvature;
        hessians[low] = (hessians[low] as number) + curvature;
        total += 2 * slope;
      }
    }
    if (total === 0) return;
    // A query with many pairs does not outweigh one with few.
    const factor = Math.log2(1 + total) / total;
    for (const row of rows) {
      gradients[row] = (gradients[row] as number) * factor;
      hessians[row] = (hessians[row] as number) * factor;
    }
  }
}

/** 1 − mean NDCG of the first ten places of each query among the given rows; queries without a relevant row do not count. */
export function ndcgLoss(
  relevance: Float64Array,
  groups: Uint32Array,
  scores: Float64Array,
  first: number,
  count: number,
): number {
  let sum = 0;
  let queries = 0;
  for (const rows of queriesOf(groups, first, count)) {
    const inverseBest = inverseBestGain(relevance, rows, reported);
    if (inverseBest === 0) continue;
    const order = ranked(rows, scores).slice(0, reported);
    sum +=
      inverseBest * order.reduce((gain, row, place) => gain + gainOf(relevance[row] as number) * discount(place), 0);
    queries++;
  }
  return queries === 0 ? 0 : 1 - sum / queries;
}

function gainOf(relevance: number): number {
  return 2 ** relevance - 1;
}

function discount(place: number): number {
  return 1 / Math.log2(2 + place);
}

/** Best score first; ties keep the order of the rows. */
function ranked(rows: Uint32Array, scores: Float64Array): Uint32Array {
  return rows.toSorted((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

function inverseBestGain(relevance: Float64Array, rows: Uint32Array, places: number): number {
  const best = Float64Array.from(rows, (row) => relevance[row] as number)
    .sort()
    .reverse()
    .slice(0, places)
    .reduce((gain, value, place) => gain + gainOf(value) * discount(place), 0);
  return best > 0 ? 1 / best : 0;
}

/** Row numbers of each query, in the order of their first rows. */
function queriesOf(groups: Uint32Array, first: number, count: number): Uint32Array[] {
  const members = new Map<number, number[]>();
  for (let row = first; row < first + count; row++) {
    const group = groups[row] as number;
    const rows = members.get(group);
    if (rows === undefined) members.set(group, [row]);
    else rows.push(row);
  }
  return Array.from(members.values(), (rows) => Uint32Array.from(rows));
}
