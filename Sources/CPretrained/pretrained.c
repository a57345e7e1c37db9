#include "CPretrained.h"

// The assembler reads the files: a literal of millions of bytes would cost every build minutes.
#define FILE_IN_PROGRAM(name, path)                                                              \
  __asm__(".section .rodata\n.balign 64\n" #name "_begin:\n.incbin \"" path "\"\n" #name         \
          "_end:\n.previous\n");                                                                 \
  extern const unsigned char name##_begin[] __asm__(#name "_begin");                             \
  extern const unsigned char name##_end[] __asm__(#name "_end");                                 \
  struct recur_pretrained_file recur_pretrained_##name(void) {                                   \
    return (struct recur_pretrained_file){name##_begin, (size_t)(name##_end - name##_begin)};    \
  }

FILE_IN_PROGRAM(configuration, "config.json")
FILE_IN_PROGRAM(tokenizer, "tokenizer.json")
FILE_IN_PROGRAM(weights, "model.safetensors")
FILE_IN_PROGRAM(ngrams, "ngrams.safetensors")
