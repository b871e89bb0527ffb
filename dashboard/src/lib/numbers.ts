const DIGITS = 5;

/**
 * A number as people read it: five significant digits, whole numbers whole, very small and very large ones with an
 * exponent. Everything that the dashboard shows goes through here, so one value looks the same everywhere.
 */
export function number(value: number | null | undefined, digits: number = DIGITS): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return minus(value.toLocaleString("en-US").replaceAll(",", "\u202f"));
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
    return minus(`${trimmed(mantissa)}e${exponent.replace("+", "")}`);
  }
  return minus(trimmed(value.toPrecision(digits)));
}

/** A number and how uncertain it is, to as many decimals as that deserves: `0.912 ± 0.004`. */
export function uncertain(mean: number, stddev: number | null | undefined): string {
  if (stddev === null || stddev === undefined || stddev === 0) return number(mean);
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(stddev)));
  if (decimals > 6 || Math.abs(mean) >= 1e6) return `${number(mean)} ± ${number(stddev, 2)}`;
  return minus(`${mean.toFixed(decimals)} ± ${stddev.toFixed(decimals)}`);
}

/** Any value of a parameter. */
export function shown(value: unknown): string {
  if (typeof value === "number") return number(value);
  return value === null || value === undefined ? "–" : String(value);
}

/** A share of one, as a percentage. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value !== 0 && value < 10 ? trimmed(value.toPrecision(2)) : Math.round(value)}\u202f%`;
}

function trimmed(digits: string): string {
  return digits.includes(".") && !digits.includes("e") ? digits.replace(/\.?0+$/, "") : digits;
}

function minus(text: string): string {
  return text.replaceAll("-", "\u2212");
}

/** The number that somebody typed, with either kind of minus and with a point; null if it is none. */
export function parsed(text: string): number | null {
  const plain = text.trim().replace("\u2212", "-");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** So many bytes, in the unit that leaves at most three digits before the point. */
export function bytes(count: number): string {
  const unit = Math.min(UNITS.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  return `${number(count / 1000 ** unit, 3)}\u202f${UNITS[unit]}`;
}
