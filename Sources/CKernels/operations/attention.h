// Attention whose keys come in blocks: their layout for products, the softmax, and the end. See ckernels.h.

// The keys of a panel of `width` floats a row, of which `count` are there.
INLINE void pack_panel_of_keys(
    float *out, const float *const *tokens, ptrdiff_t count, ptrdiff_t K, const ptrdiff_t width) {
    for (ptrdiff_t n = 0; n < width; n += LANES)
        for (ptrdiff_t k = 0; k < K; k += LANES) {
            vec v[LANES];
            for (ptrdiff_t i = 0; i < LANES; i++) v[i] = n + i < count ? load_vector(tokens[n + i] + k, 0, K - k) : 0.0f;
            transpose(v);
            for (ptrdiff_t i = 0; i < LANES && k + i < K; i++) store(out + (k + i) * width + n, v[i]);
        }
}

static void pack_tokens(
    float *keys, float *values, const float *const *tokens, ptrdiff_t count, ptrdiff_t width, ptrdiff_t step) {
    for (ptrdiff_t token = 0; token < count; token += 2 * LANES) {
        if (count - token > LANES)
            pack_panel_of_keys(keys, tokens + token, count - token, width, 2 * LANES);
        else
            pack_panel_of_keys(keys, tokens + token, count - token, width, LANES);
        keys += width * 2 * LANES;
    }
    for (ptrdiff_t column = 0; column < width; column += 2 * LANES) {
        const ptrdiff_t columns = width - column;
        for (ptrdiff_t token = 0; token < count; token++, values += columns > LANES ? 2 * LANES : LANES) {
            const float *const value = tokens[token] + step + column;
            store(values, load_vector(value, 0, columns));
            if (columns > LANES) store(values + LANES, load_vector(value, 1, columns));
        }
    }
}

// Adds the position biases to a row of scores and returns its largest one.
INLINE float add_position_bias(float *scores, ptrdiff_t keys, const float *rows, const float *columns, ptrdiff_t width) {
    vec largest_lanes = -INFINITY;
    float largest = -INFINITY;
    for (ptrdiff_t key = 0; key < keys; key += width, rows += rows ? 1 : 0) {
        const ptrdiff_t count = keys - key < width ? keys - key : width;
        const vec row = rows ? *rows : 0.0f;
        ptrdiff_t c = 0;
        for (; c + LANES <= count; c += LANES) {
            vec score = load(scores + key + c) + row;
            if (columns) score += load(columns + c);
            if (rows || columns) store(scores + key + c, score);
            largest_lanes = maximum(largest_lanes, score);
        }
        for (; c < count; c++) {
            const float score = scores[key + c] + (rows ? *rows : 0.0f) + (columns ? columns[c] : 0.0f);
            scores[key + c] = score;
            largest = score > largest ? score : largest;
        }
    }
    const float best = maximum_of_lanes(largest_lanes);
    return best > largest ? best : largest;
}

// Takes a row of scores to e to the score less `largest`; returns their sum.
INLINE float exponentials(float *scores, ptrdiff_t keys, float largest) {
    vec sums = 0.0f;
    ptrdiff_t key = 0;
    for (; key + LANES <= keys; key += LANES) {
        const vec y = exponential(load(scores + key) - largest);
        store(scores + key, y);
        sums += y;
    }
    float sum = sum_of_lanes(sums);
    if (key < keys) {
        const size_t rest = (size_t)(keys - key);
        store_first(scores + key, exponential(load_first(scores + key, rest) - largest), rest);
        for (; key < keys; key++) sum += scores[key];
    }
    return sum;
}

static void softmax_block(const fovea_softmax_block *b) {
    for (ptrdiff_t q = 0; q < b->queries; q++) {
        float *const scores = b->scores + q * b->scores_row;
        const float *const rows = b->row_bias ? b->row_bias + q * b->row_bias_step : NULL;
        const float *const columns = b->column_bias ? b->column_bias + q * b->column_bias_step : NULL;
        const float before = b->largest[q];
        const float here = add_position_bias(scores, b->keys, rows, columns, b->columns);
        // Scores that are all -infinity, or none: their exponentials stay zero.
        const float largest = here > before ? here : before;
        if (largest > before) {
            b->largest[q] = largest;
            // e to the -infinity would not be zero: before the first block there is nothing to be rescaled.
            const float factor = before == -INFINITY ? 0.0f : exponential((vec)(before - largest))[0];
            b->sums[q] *= factor;
            if (factor != 0.0f) {
                float *const out = b->out + q * b->width;
                for (ptrdiff_t c = 0; c < b->width; c += LANES)
                    store_vector(out + c, 0, b->width - c, load_vector(out + c, 0, b->width - c) * factor);
            }
        }
        b->sums[q] += exponentials(scores, b->keys, largest);
    }
}

static void divide_rows(float *out, ptrdiff_t out_row, const float *x, const float *by, ptrdiff_t rows, ptrdiff_t C) {
    for (ptrdiff_t r = 0; r < rows; r++, x += C, out += out_row) {
        const vec share = 1.0f / by[r];
        for (ptrdiff_t c = 0; c < C; c += LANES) store_vector(out + c, 0, C - c, load_vector(x + c, 0, C - c) * share);
    }
}
