/*
 * What a container's root needs before nspawn begins. No symbolic link below the root is followed: files inside a container choose no
 * file outside of it. A step whose way is not there, or leads over a link, is passed over.
 */
#ifndef HATCHERY_ROOT_H
#define HATCHERY_ROOT_H

/* Makes a directory, with a mode in octal, unless something is there; the root itself with what is missing above it. */
void make_directory(const char *root, const char *path, const char *mode);

/* Makes an empty file unless something is there. */
void make_empty_file(const char *root, const char *path);

/* Replaces a file or a link by a copy of a file of the host; passed over if that is not there, or if there is a directory. */
void copy_into(const char *root, const char *from, const char *path);

#endif
