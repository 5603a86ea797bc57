const numberTypes = /^(?:tinyint|smallint|integer|bigint|real|double|float|decimal.*)$/;

export function isNumberType(type: string): boolean {
  return numberTypes.test(type);
}

export function isWholeNumberType(type: string): boolean {
  return type.endsWith("int") || type === "integer";
}

/** Of a moment or a day. */
export function isTimeType(type: string): boolean {
  return type === "date" || type.startsWith("timestamp");
}
