export const regionRule = 'It must be the code of an AWS Region, in lowercase, such as "us-east-1".';

export function isRegionCode(text: string): boolean {
  return /^[a-z]{2}(-[a-z]+)+-\d+$/.test(text);
}
