import { expect, test } from "vitest";
import { bytes, number, parsed, percent, shown, uncertain } from "./numbers";

test.each([
  [0, "0"],
  [4, "4"],
  [1234567, "1\u202f234\u202f567"],
  [0.877512345, "0.87751"],
  [0.5, "0.5"],
  [123.456789, "123.46"],
  [-2.5, "\u22122.5"],
  [0.00001234567, "1.2346e\u22125"],
  [12345678.9, "1.2346e7"],
  [1e15, "1e15"],
  [null, "–"],
  [Number.NaN, "NaN"],
])("%s is shown as %s", (value, text) => {
  expect(number(value)).toBe(text);
});

test("what is shown is within the shown digits of what it is", () => {
  for (let exponent = -12; exponent < 12; exponent += 0.37) {
    const value = 1.2345678 * 10 ** exponent;
    const back = Number(number(value).replaceAll("\u2212", "-").replaceAll("\u202f", ""));
    expect(Math.abs(back / value - 1)).toBeLessThan(1e-4);
  }
});

test("a mean has as many decimals as its uncertainty deserves", () => {
  expect(uncertain(0.93724773, 0.0567)).toBe("0.937 ± 0.057");
  expect(uncertain(12.3456, 2)).toBe("12.3 ± 2.0");
  expect(uncertain(1500.2, 120)).toBe("1500 ± 120");
  expect(uncertain(0.5, null)).toBe("0.5");
});

test("what people type is read as a number only if it is one", () => {
  expect([" 1e-4 ", "\u22122.5", ".5", "3."].map(parsed)).toEqual([1e-4, -2.5, 0.5, 3]);
  expect(["", "-", "1,5", "0x10", "1e999", "Infinity", "2 3"].map(parsed)).toEqual(Array(7).fill(null));
});

test("texts stay as they are and shares become percentages", () => {
  expect(shown("gas")).toBe("gas");
  expect([0, 0.0512, 0.5, 1].map(percent)).toEqual(["0\u202f%", "5.1\u202f%", "50\u202f%", "100\u202f%"]);
});

test.each([
  [0, "0\u202fB"],
  [999, "999\u202fB"],
  [1000, "1\u202fkB"],
  [123_456, "123\u202fkB"],
  [5_500_000, "5.5\u202fMB"],
])("%d bytes are %s", (count, text) => {
  expect(bytes(count)).toBe(text);
});
