#ifndef RECUR_CPRETRAINED_H
#define RECUR_CPRETRAINED_H

#include <stddef.h>

/// A file of the model that ships, as part of the program.
struct recur_pretrained_file {
  const unsigned char *_Nonnull bytes;
  size_t count;
};

/// config.json
struct recur_pretrained_file recur_pretrained_configuration(void);
/// tokenizer.json
struct recur_pretrained_file recur_pretrained_tokenizer(void);
/// model.safetensors
struct recur_pretrained_file recur_pretrained_weights(void);
/// ngrams.safetensors
struct recur_pretrained_file recur_pretrained_ngrams(void);

#endif
