/* The kernel `desire` of sim/kernels/learning.py, written as a C programmer would: same arrays, same bits. */
#include <stdint.h>
#include "types.h"

enum { FIRM = 2, ASSOCIATION = 6, ORDERED = 81, ACQUAINTANCES = 8, BLOCK = 256 };
static const double BYTE = 1.0 / 255.0, WORD = 1.0 / 32767.0; /* sim/kernels/units.py */
static const uint64_t LOW = 0xFFFFFFFFu, INITIAL = 4294967295u;

/* The first word of one block of Philox4x32-10. */
static uint64_t first_word(uint64_t seed, uint64_t uid, uint64_t month, uint64_t word) {
    uint64_t c0 = uid & LOW, c1 = uid >> 32, c2 = month & LOW, c3 = word, k0 = seed & LOW, k1 = seed >> 32;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = 0xD2511F53u * c0, p1 = 0xCD9E8D57u * c2;
        c0 = ((p1 >> 32) ^ c1 ^ k0) & LOW;
        c1 = p1 & LOW;
        c2 = ((p0 >> 32) ^ c3 ^ k1) & LOW;
        c3 = p0 & LOW;
        k0 = (k0 + 0x9E3779B9u) & LOW;
        k1 = (k1 + 0xBB67AE85u) & LOW;
    }
    return c0;
}

static int is_ordered(uint64_t uid, int64_t model, uint64_t seed, const Terms *t) {
    return t->ordered > 0.0 && (model == FIRM || model == ASSOCIATION)
        && (double)first_word(seed, uid, INITIAL, ORDERED * 256) < t->ordered * 4294967296.0;
}

void kernel(
    const T_alive *restrict alive, const T_uid *restrict uid, const T_model *restrict model,
    const T_neighbour *restrict neighbour, const T_generation *restrict generation, const T_badge *restrict badge,
    const T_disposition *restrict disposition, const T_threshold *restrict threshold, int64_t seed, const Terms *terms,
    T_out *restrict out, int64_t first, int64_t last, int threads
) {
    const Terms *t = terms;
    const double patronage = t->patronage;
    #pragma omp parallel for schedule(static) num_threads(threads)
    for (int64_t start = first; start < last; start += BLOCK) {
        const int64_t stop = start + BLOCK < last ? start + BLOCK : last;
        double pull[BLOCK]; /* first the share that is seen, then what it pulls */
        for (int64_t i = start; i < stop; i++) {
            int64_t known = 0, seen = 0;
            double giving = 0.0;
            for (int64_t s = 0; s < ACQUAINTANCES; s++) {
                int64_t worn = badge[(int64_t)neighbour[i * ACQUAINTANCES + s] + 1];
                int64_t met = (worn & 0x80FF) == (0x8000 | (int64_t)generation[i * ACQUAINTANCES + s]);
                known += met;
                seen += met & (worn >> 8);
                if (patronage != 0.0) {
                    giving += (double)(met & (worn >> 8));
                    giving += patronage * (double)(met & (worn >> 9));
                }
            }
            pull[i - start] = (patronage != 0.0 ? giving : (double)seen) / (double)(known > 0 ? known : 1);
        }
        for (int64_t i = start; i < stop; i++) {
            double share = pull[i - start], bar = BYTE * (double)threshold[i], past = share > bar ? 1.0 : 0.0;
            pull[i - start] = (t->linear ? t->contagion * share : t->contagion * past) + t->pull * bar * past;
        }
        if (t->order_effect != 0.0)
            for (int64_t i = start; i < stop; i++)
                if (is_ordered((uint64_t)uid[i], model[i], (uint64_t)seed, t)) pull[i - start] += t->order_effect;
        for (int64_t i = start; i < stop; i++) {
            double wanted = WORD * (double)disposition[i] + pull[i - start] + t->vision;
            double moved = (double)out[i] + t->desire_rate * (wanted - (double)out[i]);
            moved = moved > -1.0 ? moved : -1.0;
            moved = moved < 1.0 ? moved : 1.0;
            out[i] = alive[i] ? (T_out)moved : out[i];
        }
    }
}
