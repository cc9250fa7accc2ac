/* The base of Client, Context and Flag. SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

/* Returns the state of the module that made one of a type's bases; NULL with an exception if none did. */
static struct state *state_of(PyTypeObject *type) {
    for (; type != NULL; type = PyType_GetSlot(type, Py_tp_base)) {
        PyObject *module = PyType_GetModule(type);
        if (module == NULL) {
            PyErr_Clear(); /* The type is not of a module in C. */
        } else if (PyModule_GetDef(module) == &native_module) {
            return PyModule_GetState(module);
        }
    }
    PyErr_SetString(PyExc_TypeError, "this type is no Holder");
    return NULL;
}

static PyObject *holder_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    (void)arguments, (void)keywords; /* They are for __init__. */
    struct state *state = state_of(type);
    if (state == NULL) {
        return NULL;
    }
    allocfunc allocate = PyType_GetSlot(type, Py_tp_alloc);
    struct holder *self = (struct holder *)allocate(type, 0);
    if (self != NULL) {
        self->state = state;
    }
    return (PyObject *)self;
}

static void holder_dealloc(PyObject *object) {
    struct holder *self = (struct holder *)object;
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    self->pointer = NULL;
    Py_CLEAR(self->handle);
    release(object);
    Py_DECREF(type);
}

static PyObject *get_handle(PyObject *object, void *closure) {
    (void)closure;
    struct holder *self = (struct holder *)object;
    if (self->handle == NULL) {
        PyErr_SetString(PyExc_AttributeError, "_handle");
        return NULL;
    }
    return Py_NewRef(self->handle);
}

static int set_handle(PyObject *object, PyObject *handle, void *closure) {
    (void)closure;
    struct holder *self = (struct holder *)object;
    if (handle == NULL) {
        PyErr_SetString(PyExc_AttributeError, "_handle cannot be deleted");
        return -1;
    }
    PyObject *address = PyObject_GetAttr(handle, self->state->names[NAME_VALUE]);
    if (address == NULL) {
        return -1;
    }
    void *pointer = Py_IsNone(address) ? NULL : PyLong_AsVoidPtr(address);
    Py_DECREF(address);
    if (PyErr_Occurred()) {
        return -1;
    }
    PyObject *old = self->handle;
    self->pointer = pointer;
    self->handle = Py_NewRef(handle);
    Py_XDECREF(old);
    return 0;
}

static PyGetSetDef attributes[] = {
    {"_handle", get_handle, set_handle, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, holder_new},
    {Py_tp_dealloc, holder_dealloc},
    {Py_tp_getset, attributes},
    {0, NULL},
};

PyType_Spec holder_spec = {
    .name = "flagbit._native.Holder",
    .basicsize = sizeof(struct holder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = slots,
};
