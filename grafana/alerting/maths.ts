/**
 * Grafana's math expressions for numbers, as far as our rules use them: `$A`, figures, + - * / ( ), comparisons, && || !. A comparison
 * is 1 or 0, and false where a side is not a number. Throws a SyntaxError that says where.
 */
export function calculate(expression: string, values: Readonly<Record<string, number>>): number {
  const tokens = [...expression.matchAll(/\s*(\$\w+|\d+(?:\.\d+)?(?:e-?\d+)?|&&|\|\||[<>=!]=|[-+*/()<>!])/gy)];
  const length = tokens.reduce((sum, [text]) => sum + text.length, 0);
  if (length < expression.trimEnd().length)
    throw new SyntaxError(`${expression}: not understood from character ${length}`);
  let n = 0;
  const next = () => tokens[n]?.[1];
  const take = () => tokens[n++]?.[1];

  const levels: readonly (readonly string[])[] = [
    ["||"],
    ["&&"],
    ["<", ">", "<=", ">=", "==", "!="],
    ["+", "-"],
    ["*", "/"],
  ];
  function level(depth: number): number {
    if (depth === levels.length) return unary();
    let left = level(depth + 1);
    for (let sign = next(); sign !== undefined && levels[depth]!.includes(sign); sign = next()) {
      take();
      left = apply(sign, left, level(depth + 1));
    }
    return left;
  }
  function unary(): number {
    const token = take();
    if (token === "!") return Number(unary() === 0);
    if (token === "-") return -unary();
    if (token === "(") {
      const inner = level(0);
      if (take() !== ")") throw new SyntaxError(`${expression}: a bracket is not closed`);
      return inner;
    }
    if (token?.startsWith("$")) {
      const value = values[token.slice(1)];
      if (value === undefined) throw new SyntaxError(`${expression}: there is no ${token}`);
      return value;
    }
    if (token === undefined || Number.isNaN(Number(token))) throw new SyntaxError(`${expression}: a value is missing`);
    return Number(token);
  }

  const result = level(0);
  if (n < tokens.length) throw new SyntaxError(`${expression}: ${next()} was not expected`);
  return result;
}

function apply(sign: string, a: number, b: number): number {
  switch (sign) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "<":
      return Number(a < b);
    case ">":
      return Number(a > b);
    case "<=":
      return Number(a <= b);
    case ">=":
      return Number(a >= b);
    case "==":
      return Number(a === b);
    case "!=":
      return Number(a !== b);
    case "&&":
      return Number(a !== 0 && b !== 0);
    default:
      return Number(a !== 0 || b !== 0);
  }
}
