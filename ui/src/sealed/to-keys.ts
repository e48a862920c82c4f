// Whether a file is sealed to keys, as its first lines say (https://age-encryption.org/v1, "Header"). Pure but for the reading.

/** How a file of age begins, up to how its key is wrapped first. */
const START = "age-encryption.org/v1\n-> ";

/** How a passphrase wraps it, which stands alone. */
const PASSPHRASE = "scrypt ";

/** Whether a file is sealed to keys; false also of one that is none of age, or is in armour, as Rust then says. */
export async function isToKeys(file: Blob): Promise<boolean> {
  try {
    const start = await file.slice(0, START.length + PASSPHRASE.length).text();
    return start.startsWith(START) && !start.endsWith(PASSPHRASE);
  } catch {
    return false;
  }
}
