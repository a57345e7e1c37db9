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

// Comparisons keep NaN, unlike minimum and maximum: a weight that is not a number must be seen.
INLINE vector clamp(vector x, REAL low, REAL high) {
  x = x < splat(low) ? splat(low) : x;
  return x > splat(high) ? splat(high) : x;
}

#if LIBRARY_FUNCTIONS
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
typedef int32_t integers __attribute__((ext_vector_type(LANES)));

/// e^r and n with x = n ln 2 + r, |r| ≤ ln 2 / 2: a polynomial of degree 6 (Cephes expf).
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
  *n = ((integers)rounded << 9) >> 9;
  return multiply_add(p * r, r, r) + splat(1.0f);
}
/// e^x for activations: at most 1.1 ulp between -87 and 88, and held at the values there beyond.
INLINE vector vector_exp(vector x) {
  integers n;
  vector p = reduced_exp(clamp(x, -87.33654f, 88.37626f), &n);
  return p * (vector)((n << 23) + 0x3f800000);
}
/// e^x for every x: at most 1.1 ulp, down to 0 and up to infinity. 2^n in two factors, because
/// one cannot be written for the greatest n and the least.
INLINE vector vector_exp_of_any(vector x) {
  integers n;
  vector p = reduced_exp(clamp(x, -104.0f, 89.0f), &n);
  const integers half = n >> 1;
  return p * (vector)((half << 23) + 0x3f800000) * (vector)(((n - half) << 23) + 0x3f800000);
}

/// Odd polynomial below 0.625, 1 - 2 / (e^2x + 1) above (Cephes tanhf): at most 2.5 ulp.
INLINE vector vector_tanh(vector x) {
  vector size = x < splat(0.0f) ? -x : x;
  vector square = x * x;
  vector p = splat(-5.70498872745e-3f);
  p = multiply_add(p, square, splat(2.06390887954e-2f));
  p = multiply_add(p, square, splat(-5.37397155531e-2f));
  p = multiply_add(p, square, splat(1.33314422036e-1f));
  p = multiply_add(p, square, splat(-3.33332819422e-1f));
  vector small = multiply_add(p * square, x, x);
  vector large = splat(1.0f) - splat(2.0f) / (vector_exp(size + size) + splat(1.0f));
  large = x < splat(0.0f) ? -large : large;
  return size < splat(0.625f) ? small : large;
}
#endif

INLINE vector vector_sigmoid(vector x) {
  return splat(1) / (splat(1) + vector_exp(-x));
}
