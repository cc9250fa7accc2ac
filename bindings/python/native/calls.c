/* The methods of Client that the extension replaces. SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

/* Passes a call to the Python function that knows all arguments. */
static PyObject *call_function(PyObject *self, enum call call, PyObject *const *arguments, Py_ssize_t count,
                               PyObject *keywords) {
    PyObject *function = ((struct holder *)self)->state->functions[call];
    const Py_ssize_t named = keywords == NULL ? 0 : PyTuple_Size(keywords);
    PyObject *positional = PyTuple_New(count + 1), *by_name = named == 0 ? NULL : PyDict_New(), *result = NULL;
    if (positional == NULL || (named > 0 && by_name == NULL)) {
        goto end;
    }
    PyTuple_SetItem(positional, 0, Py_NewRef(self));
    for (Py_ssize_t index = 0; index < count; index++) {
        PyTuple_SetItem(positional, index + 1, Py_NewRef(arguments[index]));
    }
    for (Py_ssize_t index = 0; index < named; index++) {
        if (PyDict_SetItem(by_name, PyTuple_GetItem(keywords, index), arguments[count + index]) < 0) {
            goto end;
        }
    }
    result = PyObject_Call(function, positional, by_name);
end:
    Py_XDECREF(by_name);
    Py_XDECREF(positional);
    return result;
}

/* Returns whether the thread of the client's listeners could not be started, so that a call has to try again. */
static bool is_in_trouble(PyObject *client) {
    const struct state *state = ((struct holder *)client)->state;
    PyObject *listeners = PyObject_GetAttr(client, state->names[NAME_LISTENERS]);
    PyObject *trouble = listeners == NULL ? NULL : PyObject_GetAttr(listeners, state->names[NAME_TROUBLE]);
    const bool is = trouble == NULL || !Py_IsNone(trouble);
    PyErr_Clear();
    Py_XDECREF(trouble);
    Py_XDECREF(listeners);
    return is;
}

static PyObject *is_enabled(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    struct question question;
    bool value;
    if (!read_question((struct holder *)self, arguments, count, keywords, &question) ||
        !read_bool(question.arguments[2], &value)) {
        return call_function(self, IS_ENABLED, arguments, count, keywords);
    }
    return PyBool_FromLong(ask_whether(&question, value));
}

static PyObject *evaluate(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    struct question question;
    flagbit_evaluation answer;
    if (is_in_trouble(self) || !read_question((struct holder *)self, arguments, count, keywords, &question) ||
        !ask(&question, &answer)) {
        return call_function(self, EVALUATE, arguments, count, keywords);
    }
    return evaluation_of(self, &question, &answer);
}

/* Returns whether a default is of a type that a typed flag's value can have. */
static bool is_plain(PyObject *value) {
    return value != NULL && (PyUnicode_CheckExact(value) || PyLong_CheckExact(value) || PyFloat_CheckExact(value) ||
                             PyDict_CheckExact(value) || PyList_CheckExact(value));
}

static PyObject *value(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    struct question question;
    flagbit_evaluation answer;
    bool default_value;
    if (!is_in_trouble(self) && read_question((struct holder *)self, arguments, count, keywords, &question)) {
        PyObject *given = question.arguments[2];
        if (given != NULL && read_bool(given, &default_value)) {
            return PyBool_FromLong(ask_whether(&question, default_value));
        }
        if (is_plain(given) && ask(&question, &answer)) {
            PyObject *found = value_of(self, &question, &answer);
            if (found != NULL || PyErr_Occurred()) {
                return found;
            }
        }
    }
    return call_function(self, VALUE, arguments, count, keywords);
}

int replace_methods(struct state *state, PyObject *client, PyObject *replaced, PyObject *documentation) {
    /* They are documented as the functions are, so that help() and inspect show the same. */
    const PyMethodDef methods[CALLS] = {
        [IS_ENABLED] = {"is_enabled", (PyCFunction)(void (*)(void))is_enabled, METH_FASTCALL | METH_KEYWORDS, NULL},
        [EVALUATE] = {"evaluate", (PyCFunction)(void (*)(void))evaluate, METH_FASTCALL | METH_KEYWORDS, NULL},
        [VALUE] = {"value", (PyCFunction)(void (*)(void))value, METH_FASTCALL | METH_KEYWORDS, NULL},
    };
    for (int call = 0; call < CALLS; call++) {
        PyMethodDef *method = &state->methods[call];
        *method = methods[call];
        PyObject *function = PyTuple_GetItem(replaced, call), *text = PyTuple_GetItem(documentation, call);
        if (function == NULL || text == NULL) {
            return -1;
        }
        state->functions[call] = Py_NewRef(function);
        state->documentation[call] = Py_NewRef(text);
        method->ml_doc = PyUnicode_AsUTF8AndSize(text, NULL);
        PyObject *descriptor = method->ml_doc == NULL ? NULL : PyDescr_NewMethod((PyTypeObject *)client, method);
        if (descriptor == NULL || PyObject_SetAttrString(client, method->ml_name, descriptor) < 0) {
            Py_XDECREF(descriptor);
            return -1;
        }
        Py_DECREF(descriptor);
    }
    return 0;
}
