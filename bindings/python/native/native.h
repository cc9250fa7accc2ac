/* The extension that answers the hot calls without ctypes. Private to its own files.
 *
 * It holds no engine: Python hands it the addresses of the functions of the library that ctypes has loaded. A call with
 * anything but the usual arguments goes to the Python function of the same name, which knows them all.
 *
 * A question reads only objects of exactly the built-in types and keeps the GIL. So no code of the user runs between
 * reading it and the library's answer, and nothing that it borrows can change or end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLAGBIT_NATIVE_H
#define FLAGBIT_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <flagbit.h>

/* The calls that the extension takes. */
enum call { IS_ENABLED, EVALUATE, VALUE, FLAG_IS_ENABLED, FLAG_EVALUATE, FLAG_VALUE, CALLS };

/* The fields of a flagbit.Evaluation, in the order of its class. */
enum field {
    FLAG_KEY,
    ENABLED,
    VALUE_OF_FLAG,
    VARIANT,
    REASON,
    RULE_INDEX,
    IS_STATIC,
    ERROR_CODE,
    ERROR_MESSAGE,
    REVISION,
    GENERATION,
    FIELDS
};

/* Names, each an interned str. */
enum name {
    NAME_FLAG_KEY,
    NAME_CONTEXT,
    NAME_DEFAULT,
    NAME_CLIENT,
    NAME_KEY,
    NAME_EVALUATOR,
    NAME_REVISION,
    NAME_VARIANTS,
    NAME_COMPLETE,
    NAME_LISTENERS,
    NAME_TROUBLE,
    NAME_NAME,
    NAME_SCALAR,
    NAME_VALUE,
    NAME_ON,
    NAME_OFF,
    NAMES
};

/* How many attributes and elements of lists a dict may have. Python takes larger ones. */
#define MOST_ATTRIBUTES 512

/* The functions of the library. */
struct functions {
    bool (*is_enabled)(const flagbit_client *, const char *, size_t, const flagbit_context *, bool);
    bool (*is_enabled_of)(const flagbit_client *, const char *, size_t, const flagbit_attribute *, size_t, size_t,
                          bool);
    flagbit_status (*evaluate)(const flagbit_client *, const char *, size_t, const flagbit_context *,
                               flagbit_evaluation *);
    flagbit_status (*evaluate_of)(const flagbit_client *, const char *, size_t, const flagbit_attribute *, size_t,
                                  size_t, flagbit_evaluation *);
};

/* The functions of the library for a flagbit_flag. */
struct flag_functions {
    bool (*is_enabled)(flagbit_flag *, const flagbit_context *, bool);
    bool (*is_enabled_of)(flagbit_flag *, const flagbit_attribute *, size_t, size_t, bool);
    flagbit_status (*evaluate)(flagbit_flag *, const flagbit_context *, flagbit_evaluation *);
    flagbit_status (*evaluate_of)(flagbit_flag *, const flagbit_attribute *, size_t, size_t, flagbit_evaluation *);
};

/* What the module holds. Each interpreter has its own. */
struct state {
    struct functions library;
    struct flag_functions flags;
    PyTypeObject *holder;
    PyTypeObject *context;
    PyTypeObject *evaluation;
    /* Make an Evaluation and set one of its fields. */
    allocfunc allocate;
    descrsetfunc set_field;
    PyObject *fields[FIELDS];
    PyObject *names[NAMES];
    /* The names of reasons by their number: a tuple. */
    PyObject *reasons;
    /* The Python functions, and the methods that replace them with the same documentation. */
    PyObject *functions[CALLS];
    PyObject *documentation[CALLS];
    PyMethodDef methods[CALLS];
};

/* A Python object that holds an object of the library: the base of Client, Context and Flag. */
struct holder {
    PyObject_HEAD struct state *state;
    /* A ctypes handle, and the pointer in it: NULL in a client that was never opened. The garbage collector is not told
     * of the handle, and so never ends it before its holder, which other objects of the same garbage may still ask. */
    PyObject *handle;
    void *pointer;
};

/* What a call asks, borrowed from the caller. */
struct question {
    const struct state *state;
    /* NULL if the question has a client and a key. */
    flagbit_flag *flag;
    const flagbit_client *client;
    const char *key;
    size_t key_length;
    /* NULL if the question has attributes instead, or none. */
    const flagbit_context *context;
    /* The flag's key, the context and the default; NULL for one that was not given. */
    PyObject *arguments[3];
    size_t count;
    flagbit_attribute attributes[MOST_ATTRIBUTES];
};

/* In module.c. */
extern struct PyModuleDef native_module;

/* In holder.c. */
extern PyType_Spec holder_spec;

/* Reads the attributes of a dict. Returns false, without an exception, if Python has to convert one. In attributes.c.
 */
bool read_attributes(PyObject *dict, struct question *question);

/* Reads the arguments of a call of a Client. Returns false, without an exception, if a Python function has to. In
 * question.c. */
bool read_question(const struct holder *client, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords,
                   struct question *question);

/* Does the same for a call of a Flag, whose key may be NULL if nobody will ask for it. In question.c. */
bool read_flag_question(const struct holder *flag, PyObject *key, PyObject *const *arguments, Py_ssize_t count,
                        PyObject *keywords, struct question *question);

/* Reads a bool; NULL counts as False. Returns whether it is one. In question.c. */
bool read_bool(PyObject *value, bool *is_true);

/* Asks the library whether a flag is on. In question.c. */
bool ask_whether(const struct question *question, bool default_value);

/* Asks the library for an evaluation. Returns whether the question was well formed. In question.c. */
bool ask(const struct question *question, flagbit_evaluation *answer);

/* Returns the flagbit.Evaluation of an answer. In answer.c. */
PyObject *evaluation_of(PyObject *client, const struct question *question, const flagbit_evaluation *answer);

/* Returns the value of an answer, if it has the type of the default, or the default. Returns NULL without an exception
 * if a Python function has to find it. In answer.c. */
PyObject *value_of(PyObject *client, const struct question *question, const flagbit_evaluation *answer);

/* Gives Client and Flag the methods of the extension. `replaced` and `documentation` are tuples with the function and
 * the text of each. Returns -1 with an exception if that fails. In calls.c. */
int replace_methods(struct state *state, PyObject *client, PyObject *flag, PyObject *replaced, PyObject *documentation);

#endif
