// The points of one curve, and what is needed to draw very many of them.

/** Steps in `x`, rising, and the value at each in `y`. */
export class Points {
  constructor() {
    this.x = [];
    this.y = [];
  }

  /** Take in a point; one of the same step is replaced. In order it costs nothing, out of order a search. */
  put(step, value) {
    const place = this.upTo(step);
    if (this.x[place] === step) this.y[place] = value;
    else {
      this.x.splice(place + 1, 0, step);
      this.y.splice(place + 1, 0, value);
    }
  }

  /** The place of the last point that is not after `step`; -1 where there is none. */
  upTo(step) {
    if (this.x.length && this.x[this.x.length - 1] <= step) return this.x.length - 1;
    let low = 0;
    let high = this.x.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.x[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  get last() {
    return this.y[this.y.length - 1];
  }
}

/** An exponential moving average of `values`, corrected for its start. */
export function smoothed(values, weight) {
  const result = new Array(values.length);
  let total = 0;
  let norm = 0;
  for (let n = 0; n < values.length; n++) {
    total = weight * total + (1 - weight) * values[n];
    norm = weight * norm + (1 - weight);
    result[n] = total / norm;
  }
  return result;
}

/** The largest of very many values; 0 of none. */
export function largest(values) {
  let top = 0;
  for (const value of values) if (value > top) top = value;
  return top;
}

/** A line through the points as an SVG path; of points that share a pixel only the first, lowest, highest and last. */
export function pathOf(x, y, toX, toY) {
  let text = "";
  const add = (n) => {
    text += `${text ? "L" : "M"}${toX(x[n]).toFixed(1)} ${toY(y[n]).toFixed(1)}`;
  };
  for (let n = 0; n < x.length; ) {
    const pixel = Math.round(toX(x[n]));
    let [low, high, end] = [n, n, n];
    while (end + 1 < x.length && Math.round(toX(x[end + 1])) === pixel) {
      end++;
      if (y[end] < y[low]) low = end;
      if (y[end] > y[high]) high = end;
    }
    for (const one of [...new Set([n, low, high, end])].sort((a, b) => a - b)) add(one);
    n = end + 1;
  }
  return text;
}

/** A round number not below `value`, and how many equal parts of it are round too. */
export function roundedUp(value) {
  if (!(value > 0)) return [1, 2];
  const unit = 10 ** Math.floor(Math.log10(value));
  for (const [times, parts] of [[1, 2], [1.5, 3], [2, 2], [3, 3], [4, 4], [5, 5], [6, 3], [8, 4]]) {
    if (value <= times * unit * 1.0001) return [times * unit, parts];
  }
  return [10 * unit, 2];
}
