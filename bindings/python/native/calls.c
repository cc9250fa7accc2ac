/* The methods of Client and Flag that the extension replaces. SPDX-License-Identifier: Apache-2.0 */
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
static bool is_in_trouble(const struct state *state, PyObject *client) {
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

/* Returns whether a default is of a type that a typed flag's value can have. */
static bool is_plain(PyObject *value) {
    return value != NULL && (PyUnicode_CheckExact(value) || PyLong_CheckExact(value) || PyFloat_CheckExact(value) ||
                             PyDict_CheckExact(value) || PyList_CheckExact(value));
}

/* Returns what a question asks of a client; NULL without an exception if a Python function has to. */
static PyObject *evaluation_for(PyObject *client, const struct question *question) {
    flagbit_evaluation answer;
    return ask(question, &answer) ? evaluation_of(client, question, &answer) : NULL;
}

static PyObject *value_for(PyObject *client, const struct question *question) {
    flagbit_evaluation answer;
    PyObject *given = question->arguments[2];
    bool default_value;
    if (given != NULL && read_bool(given, &default_value)) {
        return PyBool_FromLong(ask_whether(question, default_value));
    }
    return is_plain(given) && ask(question, &answer) ? value_of(client, question, &answer) : NULL;
}

/* Asks a Client for what a function returns of it. */
static PyObject *ask_client(PyObject *self, enum call call, PyObject *(*find)(PyObject *, const struct question *),
                            PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    const struct holder *client = (struct holder *)self;
    struct question question;
    PyObject *found = NULL;
    if (!is_in_trouble(client->state, self) && read_question(client, arguments, count, keywords, &question)) {
        found = find(self, &question);
    }
    return found != NULL || PyErr_Occurred() ? found : call_function(self, call, arguments, count, keywords);
}

static PyObject *evaluate(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    return ask_client(self, EVALUATE, evaluation_for, arguments, count, keywords);
}

static PyObject *value(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    return ask_client(self, VALUE, value_for, arguments, count, keywords);
}

static PyObject *flag_is_enabled(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    struct question question;
    bool value;
    if (!read_flag_question((struct holder *)self, NULL, arguments, count, keywords, &question) ||
        !read_bool(question.arguments[2], &value)) {
        return call_function(self, FLAG_IS_ENABLED, arguments, count, keywords);
    }
    return PyBool_FromLong(ask_whether(&question, value));
}

/* Asks a Flag for what a function returns of its client. */
static PyObject *ask_flag(PyObject *self, enum call call, PyObject *(*find)(PyObject *, const struct question *),
                          PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    const struct holder *flag = (struct holder *)self;
    const struct state *state = flag->state;
    struct question question;
    PyObject *client = PyObject_GetAttr(self, state->names[NAME_CLIENT]), *found = NULL;
    PyObject *key = client == NULL ? NULL : PyObject_GetAttr(self, state->names[NAME_KEY]);
    if (key != NULL && !is_in_trouble(state, client) &&
        read_flag_question(flag, key, arguments, count, keywords, &question)) {
        found = find(client, &question);
    }
    if (found == NULL && !PyErr_Occurred()) {
        found = call_function(self, call, arguments, count, keywords);
    }
    Py_XDECREF(key);
    Py_XDECREF(client);
    return found;
}

static PyObject *flag_evaluate(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    return ask_flag(self, FLAG_EVALUATE, evaluation_for, arguments, count, keywords);
}

static PyObject *flag_value(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    return ask_flag(self, FLAG_VALUE, value_for, arguments, count, keywords);
}

#define METHOD(name, function)                                                                                         \
    { name, (PyCFunction)(void (*)(void))function, METH_FASTCALL | METH_KEYWORDS, NULL }

int replace_methods(struct state *state, PyObject *client, PyObject *flag, PyObject *replaced,
                    PyObject *documentation) {
    /* They are documented as the functions are, so that help() and inspect show the same. */
    const PyMethodDef methods[CALLS] = {
        [IS_ENABLED] = METHOD("is_enabled", is_enabled),
        [EVALUATE] = METHOD("evaluate", evaluate),
        [VALUE] = METHOD("value", value),
        [FLAG_IS_ENABLED] = METHOD("is_enabled", flag_is_enabled),
        [FLAG_EVALUATE] = METHOD("evaluate", flag_evaluate),
        [FLAG_VALUE] = METHOD("value", flag_value),
    };
    for (int call = 0; call < CALLS; call++) {
        PyMethodDef *method = &state->methods[call];
        *method = methods[call];
        PyObject *class = call < FLAG_IS_ENABLED ? client : flag;
        PyObject *function = PyTuple_GetItem(replaced, call), *text = PyTuple_GetItem(documentation, call);
        if (function == NULL || text == NULL) {
            return -1;
        }
        state->functions[call] = Py_NewRef(function);
        state->documentation[call] = Py_NewRef(text);
        method->ml_doc = PyUnicode_AsUTF8AndSize(text, NULL);
        PyObject *descriptor = method->ml_doc == NULL ? NULL : PyDescr_NewMethod((PyTypeObject *)class, method);
        if (descriptor == NULL || PyObject_SetAttrString(class, method->ml_name, descriptor) < 0) {
            Py_XDECREF(descriptor);
            return -1;
        }
        Py_DECREF(descriptor);
    }
    return 0;
}
