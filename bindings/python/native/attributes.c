/* The attributes of a dict. SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

#include <math.h>

static bool read_text(PyObject *value, const char **text, size_t *length) {
    Py_ssize_t size;
    *text = PyUnicode_AsUTF8AndSize(value, &size);
    if (*text == NULL) {
        PyErr_Clear(); /* It has a lone surrogate. */
        return false;
    }
    *length = (size_t)size;
    return true;
}

static bool read_integer(PyObject *value, flagbit_attribute *attribute) {
    int overflow;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
        attribute->kind = FLAGBIT_ATTRIBUTE_KIND_INTEGER;
        attribute->integer = (uint64_t)number;
        return true;
    }
    attribute->kind = FLAGBIT_ATTRIBUTE_KIND_UNSIGNED;
    attribute->integer = overflow < 0 ? 0 : PyLong_AsUnsignedLongLong(value);
    if (overflow < 0 || PyErr_Occurred()) {
        PyErr_Clear(); /* It becomes a float. */
        return false;
    }
    return true;
}

static bool read_scalar(PyObject *value, flagbit_attribute *attribute) {
    if (PyUnicode_CheckExact(value)) {
        attribute->kind = FLAGBIT_ATTRIBUTE_KIND_STRING;
        return read_text(value, &attribute->text, &attribute->length);
    }
    if (PyLong_CheckExact(value)) {
        return read_integer(value, attribute);
    }
    if (PyBool_Check(value)) {
        attribute->kind = FLAGBIT_ATTRIBUTE_KIND_BOOLEAN;
        attribute->integer = value == Py_True;
        return true;
    }
    if (PyFloat_CheckExact(value)) {
        attribute->kind = FLAGBIT_ATTRIBUTE_KIND_NUMBER;
        attribute->number = PyFloat_AsDouble(value);
        return isfinite(attribute->number);
    }
    return false;
}

/* Reads a list or a tuple. Its elements lie at the end of the question's attributes, before those of other lists. */
static bool read_list(PyObject *value, struct question *question, size_t *room, flagbit_attribute *attribute) {
    const bool is_list = PyList_CheckExact(value);
    if (!is_list && !PyTuple_CheckExact(value)) {
        return false;
    }
    const Py_ssize_t count = is_list ? PyList_Size(value) : PyTuple_Size(value);
    if ((size_t)count > *room) {
        return false;
    }
    *room -= (size_t)count;
    flagbit_attribute *elements = question->attributes + question->count + 1 + *room;
    for (Py_ssize_t index = 0; index < count; index++) {
        PyObject *element = is_list ? PyList_GetItem(value, index) : PyTuple_GetItem(value, index);
        elements[index] = (flagbit_attribute){0};
        if (!read_scalar(element, &elements[index])) {
            return false;
        }
    }
    attribute->kind = FLAGBIT_ATTRIBUTE_KIND_LIST;
    attribute->items = elements;
    attribute->length = (size_t)count;
    return true;
}

bool read_attributes(PyObject *dict, struct question *question) {
    /* How many attributes still fit: those of the dict from the start, and elements of lists from the end. */
    size_t room = MOST_ATTRIBUTES;
    Py_ssize_t position = 0;
    PyObject *name, *value;
    question->count = 0;
    while (PyDict_Next(dict, &position, &name, &value)) {
        if (value == Py_None) {
            continue;
        }
        if (room == 0 || !PyUnicode_CheckExact(name)) {
            return false;
        }
        room--;
        flagbit_attribute *attribute = &question->attributes[question->count];
        *attribute = (flagbit_attribute){0};
        if (!read_text(name, &attribute->name, &attribute->name_length)) {
            return false;
        }
        if (!read_scalar(value, attribute) && !read_list(value, question, &room, attribute)) {
            return false;
        }
        question->count++;
    }
    return true;
}
