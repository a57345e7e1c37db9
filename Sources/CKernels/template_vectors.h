// Vectors and activations. Included by the kernel sources with REAL, LANES, NAMED and VARIANT defined.

typedef REAL vector __attribute__((ext_vector_type(LANES)));
// Memory is not aligned to a vector, and buffers of REAL are read as vectors.
typedef REAL vector_in_memory
    __attribute__((ext_vector_type(LANES), aligned(sizeof(REAL)), may_alias));

#define INLINE static inline __attribute__((always_inline, unused))
/// Vectors in the width of a panel.
#define VECTORS (RECUR_PANEL / LANES)

INLINE vector load(const REAL *p) { return *(const vector_in_memory *)p; }
INLINE void store(REAL *p, vector x) { *(vector_in_memory *)p = x; }

INLINE vector load_part(const REAL *p, int64_t count) {
  REAL whole[LANES] = {0};
  for (int64_t i = 0; i < count; i++) whole[i] = p[i];
  return load(whole);
}
INLINE void store_part(REAL *p, vector x, int64_t count) {
  REAL whole[LANES];
  store(whole, x);
  for (int64_t i = 0; i < count; i++) p[i] = whole[i];
}
// The last vector of a row may be short; `count` is what is left of the row.
INLINE vector load_up_to(const REAL *p, int64_t count) {
  return count >= LANES ? load(p) : load_part(p, count);
}
INLINE void store_up_to(REAL *p, vector x, int64_t count) {
  if (count >= LANES) {
    store(p, x);
  } else {
    store_part(p, x, count);
  }
}

INLINE vector splat(REAL x) { return (vector)(x); }

INLINE vector multiply_add(vector a, vector b, vector c) {
#if FUSED_MULTIPLY_ADD
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// With x last in the comparison NaN is kept, in one instruction each: a weight that is not a number
// must be seen.
INLINE vector at_least(vector x, REAL low) { return splat(low) > x ? splat(low) : x; }
INLINE vector at_most(vector x, REAL high) { return splat(high) < x ? splat(high) : x; }
INLINE vector clamp(vector x, REAL low, REAL high) { return at_most(at_least(x, low), high); }

#if LIBRARY_FUNCTIONS
typedef int64_t word;
typedef int64_t words __attribute__((ext_vector_type(LANES)));
INLINE vector vector_exp(vector x) {
  for (int i = 0; i < LANES; i++) x[i] = exp(x[i]);
  return x;
}
INLINE vector vector_exp_of_any(vector x) { return vector_exp(x); }
INLINE vector vector_tanh(vector x) {
  for (int i = 0; i < LANES; i++) x[i] = tanh(x[i]);
  return x;
}
#else
typedef int32_t word;
typedef int32_t integers __attribute__((ext_vector_type(LANES)));
typedef integers words;

/// e^r - 1 and n with x = n ln 2 + r, |r| ≤ ln 2 / 2: a polynomial of degree 7 (Cephes expf).
INLINE vector reduced_exp(vector x, integers *n) {
  // Adding 1.5 · 2^23 rounds to an integer that then stands in the low bits.
  const vector shift = splat(12582912.0f);
  vector rounded = multiply_add(x, splat(1.44269504088896341f), shift);
  vector whole = rounded - shift;
  vector r = multiply_add(whole, splat(-0.693359375f), x);
  r = multiply_add(whole, splat(2.12194440e-4f), r);
  vector p = splat(1.9875691500e-4f);
  p = multiply_add(p, r, splat(1.3981999507e-3f));
  p = multiply_add(p, r, splat(8.3334519073e-3f));
  p = multiply_add(p, r, splat(4.1665795894e-2f));
  p = multiply_add(p, r, splat(1.6666665459e-1f));
  p = multiply_add(p, r, splat(5.0000001201e-1f));
  *n = (integers)rounded;
  return multiply_add(p * r, r, r);
}
/// 2^n for an n within the exponents of normal numbers; only its low bits count.
INLINE vector power_of_two(integers n) { return (vector)((n << 23) + 0x3f800000); }

/// e^x for activations: at most 1.1 ulp between -87 and 88, and held at the values there beyond.
INLINE vector vector_exp(vector x) {
  integers n;
  vector p = reduced_exp(clamp(x, -87.33654f, 88.37626f), &n) + splat(1.0f);
  return p * power_of_two(n);
}
/// e^x for every x: at most 1.1 ulp, down to 0 and up to infinity. 2^n in two factors, because
/// one cannot be written for the greatest n and the least.
INLINE vector vector_exp_of_any(vector x) {
  integers n;
  vector p = reduced_exp(clamp(x, -104.0f, 89.0f), &n) + splat(1.0f);
  n = (n << 9) >> 9;
  const integers half = n >> 1;
  return p * power_of_two(half) * power_of_two(n - half);
}

/// m / (m + 2) with m = e^2|x| - 1, whose parts never cancel: at most 2.5 ulp.
INLINE vector vector_tanh(vector x) {
  const integers sign = (integers)x & (int32_t)0x80000000;
  const vector size = (vector)((integers)x ^ sign);
  integers n;
  // From 10 on the quotient is 1.
  vector p = reduced_exp(at_most(size + size, 20.0f), &n);
  const vector power = power_of_two(n);
  const vector m = multiply_add(power, p, power - splat(1.0f));
  return (vector)((integers)(m / (m + splat(2.0f))) | sign);
}
#endif

INLINE vector vector_sigmoid(vector x) {
  return splat(1) / (splat(1) + vector_exp(-x));
}
