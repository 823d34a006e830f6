/**
 * What pass 1 of detection and those who write its tables must agree on. The AssemblyScript module compiles this very file, so it
 * holds nothing but numbers. Places are byte offsets from TABLES_AT, records are 32 bytes.
 */
/** Two nibble tables whose AND is not zero for a token character. */
export const TOKEN_LOW = 0;
/** The second of them, by the byte's high half. */
export const TOKEN_HIGH = 16;
/** Six nibble tables: low and high for each of the three bytes of a literal's signature, one bit a bucket. */
export const TEDDY = 32;
/** u32: how many literals there are. */
export const LITERALS_COUNT = 128;
/** bucket bit, signature's place, length, folded, text (28) */
export const LITERALS = 256;
/** Records the table of literals has room for. */
export const LITERALS_MAX = 64;
/** The literals `://` and `:\/\/` come first: pass 1 looks at what follows them. */
export const URL_LITERAL = 0;
/** The number of `:\/\/`, as JSON writers escape it. */
export const ESCAPED_URL_LITERAL = 1;
/** 8,192 u16 each: the first record of the chain of a beginning's slot (3 bytes of a prefix, 4 of a keyword that has them); 0 for none. */
export const PREFIX_HEADS = 4096;
/** The same for keywords. */
export const KEYWORD_HEADS = PREFIX_HEADS + 16384;
/** u16 next, u8 length, unused, text (28) */
export const PREFIXES = KEYWORD_HEADS + 16384;
/** Records the table of prefixes has room for. */
export const PREFIXES_MAX = 2048;
/** The longest prefix, in bytes. */
export const PREFIX_BYTES_MAX = 28;
/** u16 next, u8 length, u8 traits a run may have and WHOLE_WORD, u16 shortest run, u16 longest run, text (24) */
export const KEYWORDS = PREFIXES + 65536;
/** Records the table of keywords has room for. */
export const KEYWORDS_MAX = 4096;
/** The longest keyword, in bytes. */
export const KEYWORD_BYTES_MAX = 24;
/** 32,768 bits each: does any prefix (keyword) have a beginning of this slot? Small, so that it stays in the cache. */
export const PREFIX_BITS = KEYWORDS + 131072;
/** The same for keywords. */
export const KEYWORD_BITS = PREFIX_BITS + 4096;
/** In a keyword's record: it must end a word too, or be followed by one of the words that name a secret. */
export const WHOLE_WORD = 128;

/** What kinds of characters a run holds; a keyword's record says which of them its rules' values may have. */
export const TRAIT_LOWER_HEX = 1;
export const TRAIT_LOWER = 2;
export const TRAIT_UPPER_HEX = 4;
export const TRAIT_UPPER = 8;
export const TRAIT_DIGIT = 16;
export const TRAIT_DASH = 32;
export const TRAIT_UNDERSCORE = 64;
/** Every trait: a rule that does not care. */
export const TRAITS_ALL = 127;
/** A keyword's record in the list: the run's length in the low 9 bits of its length, its traits above. */
export const KEYWORD_LENGTH_BITS = 9;

/** In the place of a literal's number: text in UTF-16 lies here. */
export const WIDE_LITERAL = 0x3fff;

/** What a record of the list is of (its top two bits). */
export const KIND_PREFIX = 0;
/** A literal, or UTF-16 text (WIDE_LITERAL). */
export const KIND_LITERAL = 1;
/** A run beside a keyword. */
export const KIND_KEYWORD = 2;
/** A run that may be base64 of something. */
export const KIND_BASE64 = 3;

/** Nearly every token has a run of 16 characters; English words seldom do. */
export const RUN_MIN = 16;
/** A run this long is no token: pass 1 looks for prefixes in it, but does not wait for its end. */
export const RUN_LONG = 1024;
/** The longest run beside a keyword; longer ones have prefixes. Fits KEYWORD_LENGTH_BITS, and is below RUN_LONG / 2, so that a run seen in part is never taken for one. */
export const KEYWORD_RUN_MAX = 500;
/** How far before a run its keyword may begin. */
export const KEYWORD_REACH = 96;
/** On how many lines it may stand: the run's own and those before it, as `[atera]`, a URL and a key have it. */
export const KEYWORD_LINES = 4;
/** A run beside a keyword changes between small letters, digits and capitals once in so many characters: one of [a-z2-7] does so in 3, and capitals in groups seldom do. */
export const CHANGE_EVERY = 12;
/** Keywords told of one run; the nearest come first. */
export const KEYWORDS_OF_RUN_MAX = 8;
/** How far before a run a prefix may begin whose words are joined by `.`, `:` or `~`. */
export const PREFIX_BACK = 24;
/** Longer than any literal and, after `://`, any prefix: none is looked for across the end of the data. */
export const SETTLE_BYTES = 32;
/** User, password and host together; RFC 3986 sets no bound, this one is generous. */
export const URL_AUTHORITY_MAX = 512;
