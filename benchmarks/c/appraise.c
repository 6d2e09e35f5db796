/* The kernel `appraise` of sim/kernels/alliance.py with all that it calls (value.py, shares.py, trust.py), written as
   a C programmer would: same arrays, same bits. */
#include <math.h>
#include <stdint.h>
#include "types.h"

enum { WIDTH = 8, FUNCTIONS = 5, ACQUAINTANCES = 8, AT_WORK = 5, MONTHS_BETWEEN_SHARES = 12 };
enum { PRACTICES = 0, INNOVATION = 2 };
enum { LOOKED = 4096, STEP_AHEAD = 5, KNOWN = 256 };
static const double NEAR_ZERO = 1e-6, SCALE_A = 5.0, BYTE = 1.0 / 255.0;
static const double FACTORIAL[9] = {1, 1, 2, 6, 24, 120, 720, 5040, 40320};

typedef double Row[FUNCTIONS];
typedef double Pairs[WIDTH][WIDTH];

static inline double least(double a, double b) { return b < a ? b : a; }
static inline double most(double a, double b) { return b > a ? b : a; }

/* what a set of members can do with its money: value.py */

static inline double make_or_buy(double efficiency, double price) { return least(1.0 / efficiency, price); }

static void team_costs(int m, const Row *cost, int64_t mask, double price, double *q) {
    for (int k = 0; k < FUNCTIONS; k++) q[k] = price;
    for (int i = 0; i < m; i++)
        if (mask >> i & 1)
            for (int k = 0; k < FUNCTIONS; k++) q[k] = least(q[k], cost[i][k]);
}

static inline double power(double x, double r) {
    if (r == 1.0) return x;
    if (r == 0.5) return sqrt(x);
    if (r == -1.0) return 1.0 / x;
    if (r == 2.0) return x * x;
    return pow(x, r);
}

static double power_mean(const double *x, const double *w, double r) {
    double total = 0.0, low = INFINITY, high = 0.0;
    for (int k = 0; k < FUNCTIONS; k++)
        if (w[k] > 0.0) {
            total += w[k];
            low = least(low, x[k]);
            high = most(high, x[k]);
        }
    if (high == 0.0 || (r < NEAR_ZERO && low == 0.0)) return 0.0;
    int geometric = fabs(r) < NEAR_ZERO;
    double unit = r < 0.0 ? low : high, mean = 0.0;
    for (int k = 0; k < FUNCTIONS; k++)
        if (w[k] > 0.0) mean += w[k] * (geometric ? log(x[k] / unit) : power(x[k] / unit, r));
    mean /= total;
    return unit * (geometric ? exp(mean) : power(mean, 1.0 / r));
}

static inline double unit_cost(const double *q, const double *w, double sigma) { return power_mean(q, w, 1.0 - sigma); }

static double supply_at(double level, int k, int m, int64_t mask, const Row *cost, const double *budget, double extra,
                        double price) {
    if (level >= price) return INFINITY;
    double supply = 0.0;
    for (int i = 0; i < m; i++)
        if (mask >> i & 1 && cost[i][k] == level) supply += budget[i] + extra;
    return supply;
}

static double next_cost(double level, int k, int m, int64_t mask, const Row *cost, double price) {
    double above = price;
    for (int i = 0; i < m; i++)
        if (mask >> i & 1 && cost[i][k] > level) above = least(above, cost[i][k]);
    return above;
}

static void best_makers(int m, int64_t mask, const Row *cost, const double *budget, double extra, double price,
                        double *q, double *supply) {
    for (int k = 0; k < FUNCTIONS; k++) {
        q[k] = price;
        supply[k] = INFINITY;
    }
    for (int i = 0; i < m; i++)
        if (mask >> i & 1) {
            double means = budget[i] + extra;
            for (int k = 0; k < FUNCTIONS; k++) {
                double also = cost[i][k] == q[k] ? means : 0.0;
                supply[k] = cost[i][k] < q[k] ? means : supply[k] + also;
                q[k] = least(q[k], cost[i][k]);
            }
        }
}

static int suffices(double money, double price, const double *weight, double sigma, const double *q,
                    const double *supply) {
    int lacking = 0, enough = 1;
    for (int k = 0; k < FUNCTIONS; k++) lacking |= (weight[k] > 0.0) & (q[k] < price) & (supply[k] < money);
    if (!lacking) return 1;
    double lowest = INFINITY, total = 0.0, asked[FUNCTIONS];
    for (int k = 0; k < FUNCTIONS; k++) lowest = least(lowest, q[k]);
    for (int k = 0; k < FUNCTIONS; k++) total += asked[k] = weight[k] * power(q[k] / lowest, 1.0 - sigma);
    for (int k = 0; k < FUNCTIONS; k++)
        if (weight[k] > 0.0 && q[k] < price && supply[k] < money) enough &= money * (asked[k] / total) <= supply[k];
    return enough;
}

typedef struct { double start[FUNCTIONS], slope[FUNCTIONS], end[FUNCTIONS], made[FUNCTIONS], spent[FUNCTIONS];
                 int full[FUNCTIONS]; } Walk;

static void start_piece(int k, double cost, double share, double sigma, double supply, Walk *w) {
    w->start[k] = w->spent[k] - w->made[k] * cost;
    w->slope[k] = share * power(cost, 1.0 - sigma);
    w->end[k] = INFINITY;
    if (supply < INFINITY) w->end[k] = (w->made[k] + supply / cost) * power(cost, sigma) / share;
}

static double spread_over_makers(double money, int m, int64_t mask, const Row *cost, const double *budget,
                                 double extra, double price, const double *weight, double sigma, double *q,
                                 double *supply) {
    Walk w;
    double total = 0.0, fixed, rising;
    for (int k = 0; k < FUNCTIONS; k++) total += most(0.0, weight[k]);
    for (int k = 0; k < FUNCTIONS; k++) {
        w.start[k] = w.slope[k] = w.made[k] = w.spent[k] = 0.0;
        w.end[k] = INFINITY;
        w.full[k] = 0;
        if (weight[k] > 0.0)
            start_piece(k, q[k], weight[k] / total, sigma, supply[k], &w);
    }
    for (;;) {
        int k = 0;
        double soonest = w.end[0];
        fixed = rising = 0.0;
        for (int o = 0; o < FUNCTIONS; o++) {
            fixed += w.start[o];
            rising += w.slope[o];
            if (w.end[o] < soonest) {
                soonest = w.end[o];
                k = o;
            }
        }
        if (rising > 0.0 && fixed + rising * soonest >= money) break;
        double share = weight[k] / total, above = next_cost(q[k], k, m, mask, cost, price);
        if (!w.full[k]) {
            w.made[k] += supply[k] / q[k];
            w.spent[k] += supply[k];
            w.full[k] = 1;
            w.start[k] = w.spent[k];
            w.slope[k] = 0.0;
            w.end[k] = w.made[k] * power(above, sigma) / share;
        } else {
            w.full[k] = 0;
            q[k] = above;
            supply[k] = supply_at(above, k, m, mask, cost, budget, extra, price);
            start_piece(k, above, share, sigma, supply[k], &w);
        }
    }
    double s = (money - fixed) / rising;
    for (int k = 0; k < FUNCTIONS; k++)
        if (w.full[k]) q[k] = power(s * (weight[k] / total) / w.made[k], 1.0 / sigma);
    return money * power(unit_cost(q, weight, sigma), sigma) / s;
}

static double unit_cost_within_means(double money, int m, int64_t mask, const Row *cost, const double *budget, double extra,
                                     double price, const double *weight, double sigma) {
    double q[FUNCTIONS], supply[FUNCTIONS];
    best_makers(m, mask, cost, budget, extra, price, q, supply);
    if (suffices(money, price, weight, sigma, q, supply)) return unit_cost(q, weight, sigma);
    return spread_over_makers(money, m, mask, cost, budget, extra, price, weight, sigma, q, supply);
}

static int towns(int64_t mask, int m, int64_t homes) {
    int64_t there = 0;
    int n = 0;
    for (int i = 0; i < m; i++)
        if (mask >> i & 1) {
            int64_t place = (int64_t)1 << (homes >> (4 * i) & 15);
            if (!(there & place)) {
                there |= place;
                n++;
            }
        }
    return n;
}

static double coordination_cost(int64_t mask, int m, Pairs pair_cost, double fixed, double saved, int hub,
                                double branching, int64_t homes) {
    int members = 0, first = -1;
    double links = 0.0;
    for (int i = 0; i < m; i++)
        if (mask >> i & 1) {
            if (first < 0) first = i;
            members++;
            for (int j = first; j < i; j++)
                if (mask >> j & 1 && (j == first || !hub)) links += pair_cost[i][j];
        }
    if (members < 2) return 0.0;
    if (branching != 0.0) links *= 1.0 + branching * (double)(towns(mask, m, homes) - 1);
    return fixed * (double)(members - 1) + links * (1.0 - saved);
}

static inline double overhead_factor(double overhead, double poolable, int size) {
    return 1.0 + overhead * (1.0 - poolable * (1.0 - 1.0 / (double)size));
}

static double form_a(int m, int64_t mask, const Row *efficiency, const double *budget, double extra, double coordination,
                     const double *weight, double fit, double sigma, double overhead, double poolable, int size) {
    double q[FUNCTIONS] = {0}, total = 0.0;
    for (int i = 0; i < m; i++)
        if (mask >> i & 1) {
            double profile = 0.0, effort = budget[i] + extra;
            for (int k = 0; k < FUNCTIONS; k++) profile += efficiency[i][k];
            total += effort;
            for (int k = 0; k < FUNCTIONS; k++) q[k] += effort * (efficiency[i][k] / profile);
        }
    if (total <= coordination) return 0.0;
    double left = 1.0 - coordination / total;
    return fit * SCALE_A * power_mean(q, weight, 1.0 - 1.0 / sigma) * left / overhead_factor(overhead, poolable, size);
}

/* v(mask), links paid; `unit` becomes what one unit of work costs */
static double worth(int64_t mask, int m, const double *budget, double extra, const Row *efficiency, const Row *cost,
                    const double *weight, double fit, double links, const Terms *t, int64_t kind, double *unit) {
    int size = 0, one = 0;
    double total = 0.0, made;
    for (int i = 0; i < m; i++)
        if (mask >> i & 1) {
            size++;
            total += budget[i] + extra;
            one = i;
        }
    double overhead = t->overhead;
    if (size > 1) {
        if (kind == PRACTICES) overhead *= 1.0 - t->practices;
        else if (kind == INNOVATION) fit *= 1.0 + t->proposition;
    }
    if (t->form_a) {
        made = form_a(m, mask, efficiency, budget, extra, links + 0.0, weight, fit, t->sigma, overhead, t->poolable, size);
    } else {
        double factor = overhead_factor(overhead, t->poolable, size), left = most(0.0, total - links - 0.0);
        if (size == 1) /* alone, one has the means of all that one makes: its budget */
            *unit = unit_cost(cost[one], weight, t->sigma);
        else
            *unit = unit_cost_within_means(left / factor, m, mask, cost, budget, extra, t->price, weight, t->sigma);
        made = fit * left / (*unit * factor);
    }
    if (!t->by_team || t->eta == 1.0 || made <= 0.0) return made;
    return t->team_scale * power(made / t->team_scale, t->eta);
}

/* shares: shares.py */

static double shapley_value(const double *v, int64_t known, int i) {
    int64_t me = (int64_t)1 << i, others = known & ~me, part = others;
    int n = __builtin_popcountll((uint64_t)others) + 1;
    double value = 0.0;
    for (;;) {
        int size = __builtin_popcountll((uint64_t)part);
        value += FACTORIAL[size] * FACTORIAL[n - size - 1] / FACTORIAL[n] * (v[part | me] - v[part]);
        if (part == 0) return value;
        part = (part - 1) & others;
    }
}

/* one project: alliance.py */

static inline int is_public(int64_t model) { return model == 0 || model == 5; }

static int64_t links_of(int64_t m, int hub) { return m < 2 ? 0 : hub ? m : m * (m - 1) / 2; }

static double engineering_strength(int64_t m, double money, const Terms *t) {
    if (t->mode != 0 || money <= 0.0) return 0.0;
    int64_t n = links_of(m, t->hub || money >= t->hub_cost);
    return 1.0 - exp(-log(2.0) * (money / (double)(n > 1 ? n : 1) / t->half_cost));
}

static int64_t released(int64_t reserve, int64_t setup, int64_t left, int64_t worked) {
    int64_t months = left < setup - worked ? left : setup - worked;
    if (months < 1) months = 1;
    int64_t whole = reserve / months;
    return reserve % months < 0 ? whole - 1 : whole;
}

void kernel(
    const T_state *restrict state, const T_age *restrict age, T_dirty *restrict dirty, const T_members *restrict members,
    const T_weight_table *restrict weight_table, const T_fit *restrict fit, const T_engineering *restrict engineering,
    const T_followed *restrict followed, T_out_value *restrict out_value, T_out_alone *restrict out_alone,
    T_out_coordination *restrict out_coordination, T_out_shared *restrict out_shared,
    const T_seat *restrict seat, const T_member *restrict member, const T_effort *restrict effort, const T_hours *restrict hours,
    T_out_solo *restrict out_solo, int64_t size_out_solo, T_out_share *restrict out_share, T_out_perceived *restrict out_perceived,
    const T_seen *restrict seen, const T_ties_0 *restrict neighbour, const T_ties_1 *restrict generation,
    const T_ties_2 *restrict memory, const T_ties_3 *restrict kept, const T_ties_4 *restrict broken,
    const T_ties_5 *restrict births,
    const T_traits_0 *restrict org_domain, const T_traits_1 *restrict org_size, const T_traits_2 *restrict org_territory,
    const T_traits_3 *restrict org_model, const T_traits_4 *restrict region,
    const T_org_efficiency *restrict org_efficiency, const T_kinds *restrict kinds, const T_cash_in_0 *restrict untied,
    const T_cash_in_1 *restrict reserve, const T_cash_in_2 *restrict step, const T_cash_in_3 *restrict setup,
    const T_cash_in_4 *restrict left, const T_cash_in_5 *restrict implemented, int64_t month, const Terms *terms,
    int64_t first, int64_t last, int threads
) {
    const Terms *t = terms;
    double known_cost[KNOWN]; /* of each efficiency that a byte can say */
    for (int e = 0; e < KNOWN; e++) known_cost[e] = make_or_buy(BYTE * (double)e, t->price);
    #pragma omp parallel for schedule(static) num_threads(threads)
    for (int64_t start = first; start < last; start += LOOKED) {
    int64_t moving[LOOKED], n = 0, end = start + LOOKED < last ? start + LOOKED : last;
    for (int64_t p = start; p < end; p++) { /* those whose value may move */
        moving[n] = p;
        n += (state[p] == 1)
            & ((members[p] != 1) | (dirty[p] != 0) | (untied[p] != 0) | (reserve[p] != 0) | (out_value[p] != out_alone[p]));
    }
    for (int64_t place = 0; place < n; place++) {
        /* asked for ahead: teams, then what members hold, then what they remember */
        if (place + 3 * STEP_AHEAD < n) {
            int64_t team = seat[moving[place + 3 * STEP_AHEAD]];
            __builtin_prefetch(&member[team]);
            __builtin_prefetch(&effort[team]);
            __builtin_prefetch(&hours[team]);
        }
        if (place + 2 * STEP_AHEAD < n) {
            int64_t q = moving[place + 2 * STEP_AHEAD];
            for (int64_t s = 0; s < members[q]; s++) {
                int64_t i = member[seat[q] + s];
                __builtin_prefetch(&neighbour[i * WIDTH]);
                __builtin_prefetch(&generation[i * WIDTH]);
                __builtin_prefetch(&memory[i]);
                __builtin_prefetch(&births[i]);
                __builtin_prefetch(&org_efficiency[i * FUNCTIONS]);
                __builtin_prefetch(&org_domain[i]);
                __builtin_prefetch(&org_size[i]);
                __builtin_prefetch(&org_territory[i]);
                __builtin_prefetch(&org_model[i]);
            }
        }
        if (place + STEP_AHEAD < n) {
            int64_t q = moving[place + STEP_AHEAD];
            for (int64_t s = 0; s < members[q]; s++) {
                int64_t row = memory[member[seat[q] + s]];
                __builtin_prefetch(&kept[row * WIDTH]);
                __builtin_prefetch(&broken[row * WIDTH]);
            }
        }
        int64_t p = moving[place];
        double extra = (double)untied[p];
        if (step[p] == AT_WORK && reserve[p] != 0)
            extra += (double)released(reserve[p], setup[p], left[p], month - (int64_t)implemented[p]);
        extra /= 100.0;
        int64_t m = members[p], chair = seat[p];

        int64_t rows[WIDTH];
        double budget[WIDTH], weight[FUNCTIONS], game[(1 << WIDTH) + 1];
        Row efficiency[WIDTH], cost[WIDTH];
        Pairs pair_cost;
        for (int64_t s = 0; s < m; s++) {
            rows[s] = member[chair + s];
            budget[s] = (double)effort[chair + s] / 100.0 + (double)hours[chair + s] * t->hour_value;
            for (int k = 0; k < FUNCTIONS; k++) cost[s][k] = known_cost[org_efficiency[rows[s] * FUNCTIONS + k]];
            if (t->form_a)
                for (int k = 0; k < FUNCTIONS; k++)
                    efficiency[s][k] = BYTE * (double)org_efficiency[rows[s] * FUNCTIONS + k];
        }
        if (m == 0) {
            out_value[p] = out_alone[p] = out_coordination[p] = 0.0;
            continue;
        }
        for (int k = 0; k < FUNCTIONS; k++) weight[k] = weight_table[p * FUNCTIONS + k];
        for (int a = 0; a < m; a++) {
            pair_cost[a][a] = 0.0;
            for (int b = a + 1; b < m; b++) {
                int64_t i = rows[a], j = rows[b];
                double trust[2] = {t->prior, t->prior};
                for (int way = 0; way < 2; way++) {
                    int64_t from = way ? j : i, to = way ? i : j;
                    for (int64_t s = from * ACQUAINTANCES; s < (from + 1) * ACQUAINTANCES; s++)
                        if (neighbour[s] == to && generation[s] == births[to]) {
                            int64_t held = memory[from] * ACQUAINTANCES + s - from * ACQUAINTANCES;
                            trust[way] = (t->prior_weight * t->prior + (double)kept[held])
                                / (t->prior_weight + (double)kept[held] + (double)broken[held]);
                            break;
                        }
                }
                double distrust = most(t->floor, 1.0 - 0.5 * (trust[0] + trust[1])), d = 0.0;
                if (org_domain[i] != org_domain[j]) d += t->silo;
                int64_t classes = (int64_t)org_size[i] - (int64_t)org_size[j];
                d += t->size * (double)(classes < 0 ? -classes : classes) / 3.0;
                if (org_territory[i] != org_territory[j])
                    d += region[org_territory[i]] == region[org_territory[j]] ? t->place : t->place * t->far;
                if (is_public(org_model[i]) != is_public(org_model[j])) d += t->legal;
                pair_cost[a][b] = pair_cost[b][a] = t->link_cost * d * distrust;
            }
        }

        int64_t everyone = ((int64_t)1 << m) - 1, kind = kinds[p], homes = 0;
        int hub = 0, due = dirty[p] || (month - (int64_t)age[p]) % MONTHS_BETWEEN_SHARES == 0;
        double saved = 0.0, links = 0.0, unit = 0.0;
        if (m > 1) {
            double money = (double)engineering[p] / 100.0;
            hub = t->hub || (t->mode == 0 && money >= t->hub_cost) || (t->catalyst_hub && followed[p]);
            saved = t->by_coordination ? t->phi * engineering_strength(m, money, t) : 0.0;
            for (int a = 0; a < m; a++)
                for (int b = 0; b <= a; b++)
                    if (org_territory[rows[a]] == org_territory[rows[b]]) {
                        homes |= (int64_t)b << (4 * a);
                        break;
                    }
        }
        /* every coalition when shares are due; then everyone, with untied money */
        int64_t lowest = due ? 1 : everyone, stop = due && extra != 0.0 ? everyone + 1 : everyone;
        for (int64_t turn = lowest; turn <= stop; turn++) {
            int64_t mask = turn < everyone ? turn : everyone;
            if (m > 1) links = coordination_cost(mask, m, pair_cost, t->fixed_cost, saved, hub, t->branching, homes);
            game[turn] = worth(mask, m, budget, !due || turn > everyone ? extra / (double)m : 0.0, efficiency, cost, weight,
                               fit[p], links, t, kind, &unit);
        }
        out_coordination[p] = links;
        out_value[p] = game[stop];
        if (dirty[p]) {
            double alone = 0.0;
            for (int a = 0; a < m; a++) {
                alone += game[(int64_t)1 << a];
                if (chair < size_out_solo) out_solo[chair + a] = game[(int64_t)1 << a];
            }
            out_alone[p] = alone;
        }
        if (!due) continue;

        game[0] = 0.0;
        out_shared[p] = game[everyone];
        double share[WIDTH];
        if (chair >= size_out_solo) { /* not a team: it shares with nobody */
            dirty[p] = 0;
            continue;
        }
        for (int a = 0; a < m; a++) share[a] = shapley_value(game, everyone, a);
        for (int a = 0; a < m; a++) {
            int64_t at = chair + a;
            out_share[at] = (1.0 - t->shared) * share[a] + t->shared * game[everyone] / (double)m;
            if (t->sees_all) {
                out_perceived[at] = out_share[at] - out_solo[at];
            } else {
                int64_t known = ((int64_t)seen[at] & everyone) | (int64_t)1 << a;
                double alike = game[known] / (double)__builtin_popcountll((uint64_t)known);
                double mine = known == everyone ? share[a] : shapley_value(game, known, a);
                out_perceived[at] = (1.0 - t->shared) * mine + t->shared * alike - out_solo[at];
            }
        }
        dirty[p] = 0;
    }
    }
}
