/* Driver `vmap`: clusters get room when something is written to them, a map says where they are.
 * Needs its cluster size as a define, and libm for the entropy that `imgtool info` shows.
 *
 *   0   head, 16 bytes        32    map: 4 bytes a cluster, 0 = a hole, n = the n-th stored cluster
 *   16  cluster bits (4)      data  stored clusters, from the next cluster boundary on
 *   24  size in bytes (8)                                                       (little-endian) */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "img/bytes.h"
#include "img/driver.h"
#include "img/program.h"
#include "img/util.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VMAP_CLUSTER_BITS
#error "vmap is built with its cluster size: -DVMAP_CLUSTER_BITS=12"
#endif
_Static_assert(VMAP_CLUSTER_BITS >= 9 && VMAP_CLUSTER_BITS <= 16, "512 bytes to 64 KiB a cluster");

#define TEXT(x) #x
#define VALUE_TEXT(x) TEXT(x)
#define CLUSTER ((size_t)1 << VMAP_CLUSTER_BITS)
#define MAP_AT 32u
#define SIZE_MAX_VMAP ((uint64_t)1 << 36)
#define BAR 48u

struct vmap {
    uint64_t clusters; /* in the image */
    uint64_t stored;   /* in the file */
    uint8_t map[];     /* as in the file */
};

static uint64_t clusters_for(uint64_t size)
{
    return (size + CLUSTER - 1) / CLUSTER;
}

static uint64_t data_offset(uint64_t clusters)
{
    return clusters_for(MAP_AT + 4 * clusters) * CLUSTER;
}

static uint64_t entry_of(const struct vmap *vmap, uint64_t index)
{
    return img_get_le(vmap->map + 4 * index, 4);
}

/* Where the n-th stored cluster lies in the file. */
static uint64_t place(const struct vmap *vmap, uint64_t n)
{
    return data_offset(vmap->clusters) + (n - 1) * CLUSTER;
}

/* How much of a range lies in the cluster in which it begins. */
static size_t first_part(uint64_t offset, size_t length)
{
    size_t room = CLUSTER - (size_t)(offset % CLUSTER);
    return length < room ? length : room;
}

static int vmap_create(int fd, uint64_t size)
{
    uint8_t header[MAP_AT] = IMG_HEAD_MAGIC "vmap";
    if (size > SIZE_MAX_VMAP)
        return -EFBIG;
    img_put_le(header + 16, VMAP_CLUSTER_BITS, 4);
    img_put_le(header + 24, size, 8);
    if (ftruncate(fd, (off_t)data_offset(clusters_for(size))) != 0)
        return -errno;
    return img_write_at(fd, 0, header, sizeof header);
}

static int load_map(int fd, struct vmap *vmap)
{
    int error = img_read_at(fd, MAP_AT, vmap->map, (size_t)(4 * vmap->clusters));
    for (uint64_t i = 0; error == 0 && i < vmap->clusters; i++) {
        uint64_t n = entry_of(vmap, i);
        if (n > vmap->clusters)
            error = -EINVAL;
        else if (n > vmap->stored)
            vmap->stored = n;
    }
    return error;
}

static int vmap_open(struct img *img)
{
    uint8_t header[MAP_AT];
    int error = img_read_at(img->fd, 0, header, sizeof header);
    if (error != 0)
        return error;
    uint64_t bits = img_get_le(header + 16, 4), size = img_get_le(header + 24, 8);
    if (bits != VMAP_CLUSTER_BITS) {
        img_monitor_print("vmap: clusters of 2^%" PRIu64 " bytes, this driver is built for 2^%d", bits,
                          VMAP_CLUSTER_BITS);
        return -EINVAL;
    }
    if (size > SIZE_MAX_VMAP)
        return -EFBIG;
    uint64_t clusters = clusters_for(size);
    struct vmap *vmap = calloc(1, sizeof *vmap + (size_t)(4 * clusters));
    if (vmap == NULL)
        return -ENOMEM;
    vmap->clusters = clusters;
    error = load_map(img->fd, vmap);
    if (error != 0) {
        free(vmap);
        return error;
    }
    img->size = size;
    img->state = vmap;
    return 0;
}

static int vmap_read(struct img *img, uint64_t offset, void *buffer, size_t length)
{
    const struct vmap *vmap = img->state;
    uint8_t *at = buffer;
    int error = 0;
    while (error == 0 && length > 0) {
        size_t count = first_part(offset, length);
        uint64_t n = entry_of(vmap, offset / CLUSTER);
        if (n == 0)
            memset(at, 0, count);
        else
            error = img_read_at(img->fd, place(vmap, n) + offset % CLUSTER, at, count);
        at += count;
        offset += count;
        length -= count;
    }
    return error;
}

/* Stores a new cluster first and names it in the map afterwards: a crash loses the write only. */
static int store(struct img *img, uint64_t offset, const uint8_t *data, size_t count)
{
    struct vmap *vmap = img->state;
    uint8_t cluster[CLUSTER], entry[4];
    uint64_t index = offset / CLUSTER, n = vmap->stored + 1;

    memset(cluster, 0, sizeof cluster);
    memcpy(cluster + offset % CLUSTER, data, count);
    img_put_le(entry, n, sizeof entry);
    int error = img_write_at(img->fd, place(vmap, n), cluster, sizeof cluster);
    if (error == 0)
        error = img_write_at(img->fd, MAP_AT + 4 * index, entry, sizeof entry);
    if (error == 0) {
        vmap->stored = n;
        memcpy(vmap->map + 4 * index, entry, sizeof entry);
    }
    return error;
}

static int vmap_write(struct img *img, uint64_t offset, const void *buffer, size_t length)
{
    const struct vmap *vmap = img->state;
    const uint8_t *at = buffer;
    int error = 0;
    while (error == 0 && length > 0) {
        size_t count = first_part(offset, length);
        uint64_t n = entry_of(vmap, offset / CLUSTER);
        if (n != 0)
            error = img_write_at(img->fd, place(vmap, n) + offset % CLUSTER, at, count);
        else if (!img_is_zero(at, count))
            error = store(img, offset, at, count);
        at += count;
        offset += count;
        length -= count;
    }
    return error;
}

/* Shannon's entropy of what is stored, in bits a byte: near 8 for packed or encrypted data. */
static int stored_entropy(const struct img *img, double *bits)
{
    const struct vmap *vmap = img->state;
    uint64_t seen[256] = {0};
    uint8_t cluster[CLUSTER];
    double total = (double)vmap->stored * (double)CLUSTER;

    for (uint64_t n = 1; n <= vmap->stored; n++) {
        int error = img_read_at(img->fd, place(vmap, n), cluster, sizeof cluster);
        if (error != 0)
            return error;
        for (size_t i = 0; i < sizeof cluster; i++)
            seen[cluster[i]]++;
    }
    *bits = 0;
    for (size_t i = 0; i < 256; i++)
        if (seen[i] > 0)
            *bits += (double)seen[i] / total * log2(total / (double)seen[i]);
    return 0;
}

static int vmap_describe(struct img *img, FILE *out)
{
    const struct vmap *vmap = img->state;
    uint64_t columns = vmap->clusters < BAR ? vmap->clusters : BAR;
    char bar[BAR + 1] = {0};
    double bits;
    int error = stored_entropy(img, &bits);
    if (error != 0)
        return error;
    memset(bar, '.', (size_t)columns);
    for (uint64_t i = 0; i < vmap->clusters; i++)
        if (entry_of(vmap, i) != 0)
            bar[i * columns / vmap->clusters] = '#';
    fprintf(out, "clusters  %" PRIu64 " of %" PRIu64 " stored, %zu bytes each\n", vmap->stored,
            vmap->clusters, CLUSTER);
    fprintf(out, "map       [%s]\n", bar);
    if (vmap->stored > 0)
        fprintf(out, "entropy   %.2f bits a byte\n", bits);
    return 0;
}

static void vmap_close(struct img *img)
{
    free(img->state);
}

static const struct img_driver vmap_driver = {
    .name = "vmap",
    .about = "room on demand, in clusters of 2^" VALUE_TEXT(VMAP_CLUSTER_BITS) " bytes",
    .create = vmap_create,
    .open = vmap_open,
    .read = vmap_read,
    .write = vmap_write,
    .describe = vmap_describe,
    .close = vmap_close,
};

IMG_DRIVER(vmap_driver)
