/* The module flagbit._native. SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

#include <stddef.h>
#include <string.h>

static const char *const NAME_TEXTS[NAMES] = {
    [NAME_FLAG_KEY] = "flag_key",
    [NAME_CONTEXT] = "context",
    [NAME_DEFAULT] = "default",
    [NAME_CLIENT] = "_client",
    [NAME_KEY] = "key",
    [NAME_EVALUATOR] = "_evaluator",
    [NAME_REVISION] = "_revision",
    [NAME_VARIANTS] = "_variants",
    [NAME_COMPLETE] = "complete",
    [NAME_LISTENERS] = "_listeners",
    [NAME_TROUBLE] = "trouble",
    [NAME_NAME] = "name",
    [NAME_SCALAR] = "scalar",
    [NAME_VALUE] = "value",
    [NAME_ON] = "on",
    [NAME_OFF] = "off",
};

/* The library's functions that the extension calls, and their places in the state. All pointers to functions have one
 * size. */
static const struct {
    const char *name;
    size_t offset;
} FUNCTIONS[] = {
    {"flagbit_is_enabled_n", offsetof(struct state, library.is_enabled)},
    {"flagbit_is_enabled_of_n", offsetof(struct state, library.is_enabled_of)},
    {"flagbit_evaluate_n", offsetof(struct state, library.evaluate)},
    {"flagbit_evaluate_of_n", offsetof(struct state, library.evaluate_of)},
    {"flagbit_flag_is_enabled", offsetof(struct state, flags.is_enabled)},
    {"flagbit_flag_is_enabled_of", offsetof(struct state, flags.is_enabled_of)},
    {"flagbit_flag_evaluate", offsetof(struct state, flags.evaluate)},
    {"flagbit_flag_evaluate_of", offsetof(struct state, flags.evaluate_of)},
};

/* Takes the addresses of the library's functions from a callable that finds one by its name. */
static int find_functions(struct state *state, PyObject *find) {
    for (size_t index = 0; index < sizeof FUNCTIONS / sizeof *FUNCTIONS; index++) {
        PyObject *found = PyObject_CallFunction(find, "s", FUNCTIONS[index].name);
        void *address = found == NULL ? NULL : PyLong_AsVoidPtr(found);
        Py_XDECREF(found);
        if (address == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_ValueError, FUNCTIONS[index].name);
            }
            return -1;
        }
        memcpy((char *)state + FUNCTIONS[index].offset, &address, sizeof address);
    }
    return 0;
}

/* Takes the class of evaluations apart, of which the fields are slots. */
static int learn_evaluation(struct state *state, PyObject *evaluation, PyObject *fields) {
    state->evaluation = (PyTypeObject *)Py_NewRef(evaluation);
    state->allocate = PyType_GetSlot(state->evaluation, Py_tp_alloc);
    if (PyTuple_Size(fields) != FIELDS) {
        PyErr_SetString(PyExc_ValueError, "an Evaluation has other fields");
        return -1;
    }
    for (Py_ssize_t field = 0; field < FIELDS; field++) {
        PyObject *slot = PyObject_GetAttr(evaluation, PyTuple_GetItem(fields, field));
        state->fields[field] = slot;
        if (slot == NULL) {
            return -1;
        }
        state->set_field = PyType_GetSlot(Py_TYPE(slot), Py_tp_descr_set);
        if (state->set_field == NULL) {
            PyErr_SetString(PyExc_TypeError, "an Evaluation has no slots");
            return -1;
        }
    }
    return 0;
}

/* install(find, Client, Flag, functions, documentation, Context, Evaluation, fields, reasons) */
static PyObject *install(PyObject *module, PyObject *arguments) {
    struct state *state = PyModule_GetState(module);
    PyObject *find, *client, *flag, *replaced, *documentation, *context, *evaluation, *fields, *reasons;
    if (state->context != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "it is installed already");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "OO!O!O!O!O!O!O!O!", &find, &PyType_Type, &client, &PyType_Type, &flag,
                          &PyTuple_Type, &replaced, &PyTuple_Type, &documentation, &PyType_Type, &context, &PyType_Type,
                          &evaluation, &PyTuple_Type, &fields, &PyTuple_Type, &reasons)) {
        return NULL;
    }
    if (!PyType_IsSubtype((PyTypeObject *)client, state->holder) ||
        !PyType_IsSubtype((PyTypeObject *)flag, state->holder) ||
        !PyType_IsSubtype((PyTypeObject *)context, state->holder)) {
        PyErr_SetString(PyExc_TypeError, "Client, Flag and Context are subclasses of Holder");
        return NULL;
    }
    if (find_functions(state, find) < 0 || learn_evaluation(state, evaluation, fields) < 0) {
        return NULL;
    }
    state->reasons = Py_NewRef(reasons);
    state->context = (PyTypeObject *)Py_NewRef(context);
    if (replace_methods(state, client, flag, replaced, documentation) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"install", install, METH_VARARGS,
     "Replaces methods of Client, and has the library's functions found by a callable."},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module) {
    struct state *state = PyModule_GetState(module);
    for (int name = 0; name < NAMES; name++) {
        state->names[name] = PyUnicode_InternFromString(NAME_TEXTS[name]);
        if (state->names[name] == NULL) {
            return -1;
        }
    }
    state->holder = (PyTypeObject *)PyType_FromModuleAndSpec(module, &holder_spec, NULL);
    return state->holder == NULL ? -1 : PyModule_AddType(module, state->holder);
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
    struct state *state = PyModule_GetState(module);
    if (state == NULL) {
        return 0;
    }
    Py_VISIT(state->holder);
    Py_VISIT(state->context);
    Py_VISIT(state->evaluation);
    Py_VISIT(state->reasons);
    for (int field = 0; field < FIELDS; field++) {
        Py_VISIT(state->fields[field]);
    }
    for (int call = 0; call < CALLS; call++) {
        Py_VISIT(state->functions[call]);
    }
    return 0;
}

/* There is no tp_clear: every cycle through the module has a dict or a class of Python, which the garbage collector
 * clears, and the methods need the module for as long as they can be called. */
static void release(void *object) {
    struct state *state = PyModule_GetState(object);
    if (state == NULL) {
        return;
    }
    for (int call = 0; call < CALLS; call++) {
        Py_CLEAR(state->functions[call]);
        Py_CLEAR(state->documentation[call]);
    }
    for (int field = 0; field < FIELDS; field++) {
        Py_CLEAR(state->fields[field]);
    }
    for (int name = 0; name < NAMES; name++) {
        Py_CLEAR(state->names[name]);
    }
    Py_CLEAR(state->reasons);
    Py_CLEAR(state->evaluation);
    Py_CLEAR(state->context);
    Py_CLEAR(state->holder);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

struct PyModuleDef native_module = {
    PyModuleDef_HEAD_INIT,          .m_name = "flagbit._native", .m_doc = "The hot calls of flagbit without ctypes.",
    .m_size = sizeof(struct state), .m_methods = functions,      .m_slots = slots,
    .m_traverse = traverse,         .m_free = release,
};

PyMODINIT_FUNC PyInit__native(void);
PyMODINIT_FUNC PyInit__native(void) {
    return PyModuleDef_Init(&native_module);
}
